import type { RunView } from "@onrush/shared/api/runView.ts";
import type { RunState } from "@onrush/shared/run/runMessages.ts";
import { storeEvent } from "./outageEvents.ts";
import type { RunKeeper } from "./runKeeper.ts";
import type { RunNews } from "./runNews.ts";
import type { RunOrders } from "./runOrders.ts";
import type { RunOwnership } from "./runOwnership.ts";

/** Longer would let somebody who has taken the run over wait for us. */
const PROOF_MS = 1_000;

export interface RunSavesOptions {
  keeper: RunKeeper;
  news: RunNews;
  orders: Pick<RunOrders, "acknowledge">;
  /** The run as it is now. */
  state(): RunState;
  view(): RunView;
  /** False when the run is somebody else's. */
  isWanted(): boolean;
  ownership: Pick<RunOwnership, "isReachable">;
  /** Somebody else owns the run. */
  onRefused(): Promise<void>;
  warn(error: unknown, text: string): void;
}

/** When a run is stored, and who is told of it. */
export class RunSaves {
  readonly #options: RunSavesOptions;

  constructor(options: RunSavesOptions) {
    this.#options = options;
  }

  /** Something has changed, or only the store can prove that the run is still ours. */
  get isDue(): boolean {
    const { keeper, ownership } = this.#options;
    return keeper.changed || (!ownership.isReachable && !keeper.hasStoredWithin(PROOF_MS));
  }

  /** Stores the run as it is, without a word to its workers; true when that is done. */
  async store(): Promise<boolean> {
    const { keeper, news, state, view, isWanted, onRefused } = this.#options;
    if (!isWanted()) return false;
    const isStored = await keeper.save(state(), view());
    if (isStored) news.run(view());
    else await onRefused();
    return isStored;
  }

  /** Stores the run, and acknowledges what is stored. */
  async save(): Promise<void> {
    if (await this.store()) this.#options.orders.acknowledge();
  }

  /** The store may be away: then the run goes on in memory, and the next time has it all. */
  async saveOrTell(): Promise<boolean> {
    const { keeper, news, warn } = this.#options;
    try {
      await this.save();
      if (keeper.recovered()) news.event(...storeEvent(true));
      return true;
    } catch (error) {
      warn(error, "a run could not be stored, trying again");
      if (keeper.failed()) news.event(...storeEvent(false, error));
      return false;
    }
  }
}
