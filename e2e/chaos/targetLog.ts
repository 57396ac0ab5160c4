import { loggedArrivalsMs, loggedNumbers } from "../system/loggedValues.ts";
import { OnrushProcess } from "../system/onrushProcess.ts";
import { owned, type Scope } from "./scope.ts";

export interface TargetCounts {
  received: number;
  /** Different arrival numbers, and those of them that came more than once. */
  distinctNumbers: number;
  doubles: number;
  /** Requests without a usable arrival number. */
  droppedNumbers: number;
  /** The first of the doubles, with the moments at which they came. */
  doubled: string[];
}

const SHOWN_DOUBLES = 5;

/** `onrush target known`: what it has logged is the truth that a run is held against. */
export class TargetLog {
  readonly url: string;
  readonly port: number;

  private constructor(url: string) {
    this.url = url;
    this.port = Number(new URL(url).port);
  }

  /** `options` as the command has them. */
  static async start(
    scope: Scope,
    host = "127.0.0.1",
    options: readonly string[] = [],
  ): Promise<TargetLog> {
    const args = ["target", "known", "--port", "0", "--host", host, ...options];
    const target = owned(scope, "target", new OnrushProcess(args));
    const [, url = ""] = await target.waitFor(/listens at (http:\S+)/);
    return new TargetLog(url.replace(/\/$/, ""));
  }

  async counts(): Promise<TargetCounts> {
    const stats = (await (await fetch(`${this.url}/__stats`)).json()) as TargetCounts;
    return { ...stats, doubled: stats.doubles === 0 ? [] : await this.#doubled() };
  }

  /** When each request arrived, milliseconds of the Unix clock, ascending. */
  arrivalsMs(): Promise<number[]> {
    return loggedArrivalsMs(this.url);
  }

  async #doubled(): Promise<string[]> {
    const [numbers, arrivalsMs] = await Promise.all([loggedNumbers(this.url), this.arrivalsMs()]);
    const [firstMs = 0] = arrivalsMs;
    const byNumber = Map.groupBy(numbers.keys(), (at) => numbers[at]);
    return [...byNumber]
      .filter(([, all]) => all.length > 1)
      .slice(0, SHOWN_DOUBLES)
      .map(([number, all]) => {
        const moments = all.map((at) => `${((arrivalsMs[at] ?? 0) - firstMs).toFixed(0)} ms`);
        return `${number}: ${moments.join(", ")}`;
      });
  }
}

/** Arrivals in each of `seconds` seconds from `fromMs` on. */
export function perSecond(
  arrivalsMs: readonly number[],
  fromMs: number,
  seconds: number,
): number[] {
  const counts = Array.from({ length: seconds }, () => 0);
  for (const atMs of arrivalsMs) {
    const second = Math.floor((atMs - fromMs) / 1000);
    if (second >= 0 && second < seconds) counts[second] = (counts[second] ?? 0) + 1;
  }
  return counts;
}
