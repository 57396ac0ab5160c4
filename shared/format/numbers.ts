/** Numbers as text, always with their unit. One locale, so that screens and reports agree. */

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

const trimmed = (value: number, digits: number) => String(Number(value.toFixed(digits)));

/** 1234567 → "1,234,567". */
export function formatCount(value: number): string {
  return grouped.format(value);
}

/** 12_345 → "12.3k", for axes and narrow places. */
export function formatShort(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${trimmed(value / 1e9, 1)}G`;
  if (size >= 1e6) return `${trimmed(value / 1e6, 1)}M`;
  if (size >= 1e4) return `${trimmed(value / 1e3, 1)}k`;
  return size >= 100 ? grouped.format(value) : trimmed(value, 2);
}

/** A rate without its unit: 8.333 → "8.33", 1999.6 → "2,000". */
export function formatRate(value: number): string {
  if (value >= 100) return grouped.format(value);
  return trimmed(value, value >= 10 ? 1 : 2);
}

/** Milliseconds with three significant digits: "0.42 ms", "38.1 ms", "1.21 s". */
export function formatMs(ms: number): string {
  if (ms === 0) return "0 ms";
  if (ms < 10) return `${ms < 0.01 ? "<0.01" : trimmed(ms, 2)} ms`;
  if (ms < 100) return `${trimmed(ms, 1)} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  if (ms < 9_995) return `${trimmed(ms / 1000, 2)} s`;
  if (ms < 60_000) return `${trimmed(ms / 1000, 1)} s`;
  return formatDuration(ms / 1000);
}

/** A share of 1 as per cent; what is not zero never reads "0 %". */
export function formatPercent(share: number): string {
  const percent = share * 100;
  if (percent === 0) return "0 %";
  if (percent < 0.01) return "<0.01 %";
  if (percent > 99.99 && percent < 100) return ">99.99 %";
  return `${trimmed(percent, percent < 10 ? 2 : 1)} %`;
}

/** Bytes in binary units: 1536 → "1.5 KiB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${trimmed(value, value < 10 && unit > 0 ? 1 : 0)} ${units[unit] ?? "B"}`;
}

/** 3725 → "1 h 2 m 5 s"; parts that are zero are left out. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${trimmed(seconds, 3)} s`;
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor((whole % 86_400) / 3600), "h"],
    [Math.floor((whole % 3600) / 60), "m"],
    [whole % 60, "s"],
  ] as const;
  const shown = parts.filter(([value]) => value > 0).slice(0, 3);
  return shown.map(([value, unit]) => `${value} ${unit}`).join(" ");
}

const two = (value: number) => String(value).padStart(2, "0");

/** Seconds since the start of a run as a clock: 65 → "1:05", 3725 → "1:02:05". */
export function formatClock(seconds: number): string {
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** A clock offset with its error bound: "+120 ± 40 µs"; milliseconds from 10 ms on. */
export function formatClockOffset(offsetUs: number | null, errorUs: number | null): string {
  if (offsetUs === null) return "–";
  const inMs = Math.max(Math.abs(offsetUs), errorUs ?? 0) >= 10_000;
  const scale = (us: number) => trimmed(inMs ? us / 1000 : us, inMs ? 1 : 0);
  const sign = offsetUs > 0 ? "+" : "";
  const error = errorUs === null ? "" : ` ± ${scale(errorUs)}`;
  return `${sign}${scale(offsetUs)}${error} ${inMs ? "ms" : "µs"}`;
}

/** How long ago, in the largest fitting unit. */
export function formatAgo(agoMs: number): string {
  const seconds = agoMs / 1000;
  if (seconds < 2) return "now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}
