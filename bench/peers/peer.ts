/** What to send: GETs of `url` over `connections` kept-alive connections for `seconds`. */
export interface PeerLoad {
  url: string;
  connections: number;
  seconds: number;
  /** A temporary folder for what the tool wants to read. */
  folder: string;
}

export interface PeerFigures {
  requests: number;
  /** How long the tool says it took. */
  seconds: number;
  failed: number;
  /** Null where the tool does not tell. */
  p50Ms: number | null;
  p99Ms: number | null;
}

/** Another load generator, as it is run and read. */
export interface Peer {
  name: string;
  /** The program's path, or undefined when it is not on this machine. */
  find(): string | undefined;
  command(program: string, load: PeerLoad): string[];
  /** Reads what it printed; throws when that is not what the tool usually prints. */
  parse(output: string): PeerFigures;
}

/** The number that `pattern`'s first group matches; throws when there is none. */
export function requiredNumber(output: string, pattern: RegExp): number {
  const value = optionalNumber(output, pattern);
  if (value === null) throw new SyntaxError(`the output has no ${pattern.source}: ${output}`);
  return value;
}

export function optionalNumber(output: string, pattern: RegExp): number | null {
  const text = pattern.exec(output)?.[1];
  return text === undefined ? null : Number(text);
}

const UNIT_MS: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000 };

/** "232.00us", "1.2ms", "2s" in milliseconds; null for anything else. */
export function durationMs(text: string | undefined): number | null {
  const match = /^([\d.]+)([a-zµ]+)$/.exec(text ?? "");
  const unit = UNIT_MS[match?.[2] ?? ""];
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}
