/** Numbers for terminals: fixed places, thousands grouped. */
export const count = (value: number) => value.toLocaleString("en-US");
export const rate = (value: number) => value.toFixed(1);

/** Milliseconds with as many decimals as are worth reading, and `more`. */
export function ms(value: number, more = 0): string {
  if (value >= 1000) return `${(value / 1000).toFixed(2 + more)} s`;
  return `${value.toFixed((value >= 100 ? 0 : value >= 10 ? 1 : 2) + more)} ms`;
}

export function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let scaled = value;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${scaled.toFixed(unit === 0 ? 0 : 1)} ${units[unit] ?? ""}`;
}

/** `1h2m5s`, `5m0s`, `45s`; parts of a second only below a minute. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))}s`;
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return `${hours === 0 ? "" : `${hours}h`}${minutes}m${whole % 60}s`;
}
