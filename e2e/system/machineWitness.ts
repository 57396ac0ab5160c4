/** A stretch in which the machine served no timer of this process, by the Unix clock. */
export interface Standstill {
  fromMs: number;
  untilMs: number;
}

const LOOK_EVERY_MS = 20;
/** A shorter one is what timers have on any busy machine. */
const SHORTEST_MS = 100;

/** How long the thread that runs this was at work itself, since it began. */
function threadWorkMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/**
 * Sees when the whole machine stands still. A test process has no part in the load, so Onrush pausing
 * by itself is nothing to it, and its own work is subtracted: what is left, the machine withheld.
 */
export class MachineWitness {
  readonly #workMs: () => number;
  readonly #standstills: Standstill[] = [];
  #lastMs = 0;
  #lastWorkMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(workMs = threadWorkMs) {
    this.#workMs = workMs;
  }

  /** Nobody has to wait for it to end. */
  start(): void {
    this.#lastMs = Date.now();
    this.#lastWorkMs = this.#workMs();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Those of at least `atLeastMs`, as far as they lie between the two moments. */
  between(fromMs: number, untilMs: number, atLeastMs = SHORTEST_MS): Standstill[] {
    this.#look();
    return this.#standstills
      .filter((one) => one.untilMs - one.fromMs >= atLeastMs)
      .map((one) => ({
        fromMs: Math.max(one.fromMs, fromMs),
        untilMs: Math.min(one.untilMs, untilMs),
      }))
      .filter((one) => one.fromMs < one.untilMs);
  }

  /** How much of the time between the two moments the machine withheld. */
  withheldMs(fromMs: number, untilMs: number): number {
    const all = this.between(fromMs, untilMs);
    return all.reduce((sum, one) => sum + one.untilMs - one.fromMs, 0);
  }

  #look(): void {
    const [nowMs, workMs] = [Date.now(), this.#workMs()];
    const fromMs = this.#lastMs + (workMs - this.#lastWorkMs);
    if (nowMs - fromMs >= SHORTEST_MS) this.#standstills.push({ fromMs, untilMs: nowMs });
    this.#lastMs = nowMs;
    this.#lastWorkMs = workMs;
  }
}
