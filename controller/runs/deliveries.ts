import { insist, type InsistOptions } from "./insist.ts";
import { Mailbox } from "./mailbox.ts";

export interface DeliveriesOptions extends Pick<InsistOptions, "isWanted" | "mayGiveUp"> {
  warn(error: unknown, text: string): void;
}

/**
 * What a run's workers are to be told, in order. Each step is insisted on while the link is away,
 * and only what comes behind it waits for it: the run itself goes on, is stored and can be stopped.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #mailbox = new Mailbox();

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** `step` looks at the run as it is when its turn has come. Resolves then; never rejects. */
  post(step: () => Promise<void>): Promise<void> {
    const { isWanted, mayGiveUp, warn } = this.#options;
    return this.#mailbox.post(async () => {
      if (!isWanted()) return;
      await insist(step, {
        ...{ isWanted, mayGiveUp },
        onFailure: (error) => warn(error, "workers could not be told, trying again"),
        onGivenUp: (error) => warn(error, "gave up telling workers"),
      });
    });
  }
}
