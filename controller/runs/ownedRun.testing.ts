import { vi } from "vitest";
import type { Command } from "@onrush/shared/wire/commands.ts";
import { encodeReport, type Report } from "@onrush/shared/wire/reports.ts";
import { CommonTime } from "../platform/commonTime.ts";
import { createLocalWorkerLink, type LocalWorkerLink } from "../platform/local/localWorkerLink.ts";
import type { RunLease, WorkerLink } from "../platform/ports.ts";
import { IN_MEMORY, openSqlite } from "../platform/sqlite/sqliteStores.ts";
import type { Stores } from "../platform/stores.ts";
import { RunService } from "./runService.ts";
import { channelTo, quiet, storedScenario, workersOn } from "./runs.testing.ts";

const BEAT_EVERY_MS = 200;

export const OWNER_URL = "http://owner:1";

type Failure = () => Promise<never>;

/**
 * A run whose only share, 0/0, is on the only worker, w1, at a controller whose link and store fail
 * as they are told to. Timers are the test's.
 */
export class OwnedRun {
  readonly service: RunService;
  readonly stores: Stores;
  readonly time: CommonTime;
  /** What the workers were told, and when, by the common clock. */
  readonly told: { command: Command; atMs: number }[] = [];
  /** How they fail; undefined while they answer. */
  linkFails: Failure | undefined;
  storeFails: Failure | undefined;
  /** How long it takes to store a run. */
  storingMs = 0;
  /** How long it takes to tell how shares stand. */
  standingMs = 0;
  /** How often they were told. */
  standingsTold = 0;
  /** How long a command is on its way. */
  sendingMs = 0;
  id = "";
  readonly #link: LocalWorkerLink;

  private constructor(stores: Stores) {
    this.stores = stores;
    this.#link = createLocalWorkerLink();
    this.time = new CommonTime(this.#link.clock);
    this.#hamperStore();
    this.service = new RunService({
      ...{ logger: quiet, runs: stores.runs, seconds: stores.seconds, time: this.time },
      owner: { id: "me", url: OWNER_URL },
      files: { touch: async () => false },
      link: this.#hampered(this.#link),
    });
  }

  /** In PREPARING. */
  static async start(): Promise<OwnedRun> {
    const owned = new OwnedRun(await openSqlite(IN_MEMORY));
    const beat = workersOn(owned.#link, "w1");
    beat();
    setInterval(beat, BEAT_EVERY_MS);
    owned.id = (await owned.service.start(storedScenario, "o")).id;
    await vi.advanceTimersByTimeAsync(0);
    return owned;
  }

  /** The worker is ready; START follows. */
  async ready(withinMs = 5_000): Promise<void> {
    const share = { workerId: "w1", share: "0/0", epoch: 1 };
    const channel = channelTo(this.#link);
    const say = (report: Report) =>
      channel({ type: "append", runId: this.id, bytes: encodeReport(report) });
    say({ type: "accepted", ...share });
    say({ type: "ready", ...share, clockOffsetUs: 0, clockErrorUs: 0 });
    await vi.advanceTimersByTimeAsync(withinMs);
  }

  async shares(): Promise<(readonly [workerId: string, state: string])[]> {
    const { shares = [] } = (await this.service.get(this.id)) ?? {};
    return shares.map(({ workerId, state }) => [workerId, state] as const);
  }

  #hamperStore(): void {
    const { runs } = this.stores;
    const update = runs.update.bind(runs);
    runs.update = async (stored) => {
      await this.storeFails?.();
      const isStored = await update(stored);
      if (this.storingMs > 0) await new Promise((done) => setTimeout(done, this.storingMs));
      return isStored;
    };
  }

  #hampered(link: LocalWorkerLink): WorkerLink {
    const renew: RunLease["renew"] = async (...args) => {
      await this.linkFails?.();
      return link.lease.renew(...args);
    };
    return {
      ...link,
      // A controller that ends leaves what goes on over Redis.
      name: "redis",
      directory: {
        ...link.directory,
        setShares: async (...args) => {
          await new Promise((done) => setTimeout(done, this.standingMs));
          this.standingsTold++;
          return link.directory.setShares(...args);
        },
      },
      lease: { ...link.lease, renew },
      control: {
        send: async (command) => {
          if (this.sendingMs > 0) await new Promise((done) => setTimeout(done, this.sendingMs));
          this.told.push({ command, atMs: this.time.nowMs() });
          await link.control.send(command);
        },
      },
      ping: async () => {
        await this.linkFails?.();
        await link.ping();
      },
    };
  }
}
