const unitSeconds: Record<string, number> = {
  ...{ ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600, d: 86_400 },
};

/** k6 durations: Go's `1h30m`, `500ms`, or a plain number of milliseconds. In whole milliseconds. */
export function goDurationSeconds(value: unknown): number | undefined {
  if (typeof value === "number") return Math.round(value) / 1000;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text)) / 1000;
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d)/g)];
  if (parts.map(([part]) => part).join("") !== text) return undefined;
  const seconds = parts.reduce(
    (sum, [, amount, unit = ""]) => sum + Number(amount) * (unitSeconds[unit] ?? 0),
    0,
  );
  return Math.round(seconds * 1000) / 1000;
}
