export interface RunStartOptions {
  nowMs(): number;
  /** Puts the instant on record; false when nobody is to be told: the run is somebody else's. */
  store(startAtMs: number): Promise<boolean>;
  /** Tells workers when its turn comes, unless it is too late then: `onLate` instead. */
  tell(isInTime: () => boolean, onLate: () => void): void;
  /** Whether another instant will do: nobody knows of the one on record, and nothing counts from it. */
  mayMove(): boolean;
  /** Where steps of the run are done one after the other. */
  post(step: () => Promise<void>): void;
}

/**
 * When the load of a run begins: an instant that is stored before anybody is told of it, and told
 * before it comes. Where storing or telling took too long, a later one, with more time.
 */
export class RunStart {
  readonly #options: RunStartOptions;

  constructor(options: RunStartOptions) {
    this.#options = options;
  }

  /** @param leadMs how long `startAtMs` is ahead */
  async at(startAtMs: number, leadMs: number): Promise<void> {
    const { nowMs, store, tell, mayMove, post } = this.#options;
    const lastMs = startAtMs - leadMs / 3;
    if (!(await store(startAtMs))) return;
    const isInTime = () => nowMs() < lastMs || !mayMove();
    if (!isInTime()) return this.#later(leadMs);
    tell(isInTime, () => post(() => this.#later(leadMs)));
  }

  async #later(leadMs: number): Promise<void> {
    const { nowMs, tell, mayMove } = this.#options;
    if (mayMove()) return this.at(nowMs() + 2 * leadMs, 2 * leadMs);
    tell(
      () => true,
      () => {},
    );
  }
}
