import { setImmediate as turn } from "node:timers/promises";
import { BYTES_PER_MB } from "@onrush/shared/scenario/files.ts";
import { HttpProblem } from "../http/httpProblem.ts";
import type { Logger } from "../platform/logger.ts";
import type { RunStore } from "../runs/runStore.ts";
import type { FileStore, KeptFile } from "./fileStore.ts";
import type { ScenarioStore } from "./scenarioStore.ts";
import { SharedReads } from "./sharedReads.ts";
import { makingRoom, unusedFiles } from "./unusedFiles.ts";

/** What is kept of files that nobody names any more, and of all; 0 is without limit. */
export interface FileLimits {
  /** Since they were last used. */
  days: number;
  /** Of all files. */
  bytes: number;
}

export const noFileLimits: FileLimits = { days: 0, bytes: 0 };

const MS_PER_DAY = 86_400_000;
/** How long a file that was just used stays whatever comes: who names it may be on the way. */
export const FILE_GRACE_MS = 600_000;
/** No upload takes so long: whatever it has left then belongs to nobody. */
const REMAINS_MS = 3_600_000;
/** Others may bring files while some are removed for one. */
const ROUNDS = 3;

export interface KeptFilesOptions {
  store: FileStore;
  scenarios: Pick<ScenarioStore, "namedFiles">;
  runs: Pick<RunStore, "active">;
  limits: FileLimits;
  time: { nowMs(): number };
  logger: Logger;
}

/** The files that were uploaded: brought within a limit, used, and removed when nobody names them. */
export class KeptFiles {
  readonly #options: KeptFilesOptions;
  readonly #store: FileStore;
  readonly #reads: SharedReads;
  /** Of files that are being stored, which the store does not count yet. */
  #arrivingBytes = 0;
  #checks: Promise<void> = Promise.resolve();

  constructor(options: KeptFilesOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#reads = new SharedReads((sha256) => this.#store.get(sha256));
  }

  /** Throws 507 when there is no room and none can be made. */
  async put(sha256: string, bytes: Uint8Array): Promise<void> {
    if (await this.touch(sha256)) return;
    await this.#reserve(bytes.length);
    try {
      await this.#store.put(sha256, bytes, this.#nowMs());
    } finally {
      this.#arrivingBytes -= bytes.length;
    }
  }

  get(sha256: string): Promise<Uint8Array | undefined> {
    return this.#reads.read(sha256);
  }

  /** Whether it is there; if so, nobody removes it for the next minutes. */
  touch(sha256: string): Promise<boolean> {
    return this.#store.touch(sha256, this.#nowMs());
  }

  totalBytes(): Promise<number> {
    return this.#store.totalBytes();
  }

  /** Removes what nobody has named or used for too long, until `stopping`. */
  async sweep(stopping: AbortSignal): Promise<void> {
    const { limits, logger } = this.#options;
    await this.#store.clearRemains(this.#nowMs() - REMAINS_MS);
    if (limits.days === 0) return;
    const unused = await this.#unused(this.#nowMs() - limits.days * MS_PER_DAY);
    const removed = await this.#remove(unused, stopping);
    if (removed > 0) logger.info({ removed, ...limits }, "files that nobody names were removed");
  }

  /** One after the other, or several would take the same room. */
  #reserve(bytes: number): Promise<void> {
    const check = this.#checks.then(async () => {
      await this.#makeRoom(bytes);
      this.#arrivingBytes += bytes;
    });
    this.#checks = check.catch(() => {});
    return check;
  }

  /** Other controllers do not know what arrives here: together they may go beyond the limit by that. */
  async #makeRoom(bytes: number): Promise<void> {
    const { limits, logger } = this.#options;
    if (limits.bytes === 0) return;
    for (let round = 0; round < ROUNDS; round++) {
      const all = (await this.#store.totalBytes()) + this.#arrivingBytes + bytes;
      if (all <= limits.bytes) return;
      const unused = await this.#unused(this.#nowMs() - FILE_GRACE_MS);
      const removed = await this.#remove(makingRoom(unused, all - limits.bytes));
      if (removed === 0) break;
      logger.warn({ removed, ...limits }, "files that nobody names were removed to make room");
    }
    throw storageFull(limits.bytes);
  }

  async #unused(beforeMs: number): Promise<KeptFile[]> {
    const kept = await this.#store.list();
    // Nearly always there are none, and then nobody has to read all scenarios.
    if (unusedFiles(kept, new Set(), beforeMs).length === 0) return [];
    return unusedFiles(kept, await this.#named(), beforeMs);
  }

  async #named(): Promise<Set<string>> {
    const { scenarios, runs } = this.#options;
    const named = new Set<string>();
    for await (const sha256 of scenarios.namedFiles()) named.add(sha256);
    // A run may go on with what its scenario has not any more.
    for (const { scenario } of await runs.active()) {
      for (const { sha256 } of Object.values(scenario.files ?? {})) named.add(sha256);
    }
    return named;
  }

  /** How many went: one that was used meanwhile stays, or another controller was faster. */
  async #remove(files: readonly KeptFile[], stopping?: AbortSignal): Promise<number> {
    let removed = 0;
    for (const { sha256, usedAtMs } of files) {
      if (stopping?.aborted === true) break;
      if (await this.#store.remove(sha256, usedAtMs, this.#nowMs())) removed++;
      // The embedded store works in this thread, and others wait for it.
      await turn();
    }
    return removed;
  }

  #nowMs(): number {
    return this.#options.time.nowMs();
  }
}

function storageFull(limitBytes: number): HttpProblem {
  const [limit, grace] = [limitBytes / BYTES_PER_MB, FILE_GRACE_MS / 60_000];
  return new HttpProblem(
    507,
    `With this file there would be more than ${limit.toLocaleString("en")} MB of files. Delete scenarios ` +
      "that nobody needs any more: files that no scenario and no active run names give way " +
      `${grace} minutes after they were last used. Or set FILES_MAX_MB higher.`,
  );
}
