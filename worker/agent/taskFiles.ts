import { createHash } from "node:crypto";
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import { FileProblem } from "@onrush/shared/data/fileProblem.ts";
import { fileOf, readingOf, readRows } from "@onrush/shared/data/readRows.ts";
import type { RowTable } from "@onrush/shared/data/rowTable.ts";
import { namedFiles } from "@onrush/shared/scenario/fileUse.ts";
import {
  BYTES_PER_MB,
  DEFAULT_WORKER_FILES_MB,
  type FileRef,
} from "@onrush/shared/scenario/files.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { LoadedFiles } from "../engine/engineMessages.ts";
import type { FileSource } from "./ports.ts";

const RETRY_EVERY_MS = 300;
/** Below the limit of the barrier, which would not know why. */
const WITHIN_MS = 25_000;

/** A file that a share cannot begin without; the message is for people. */
export class FileMissing extends Error {}

interface Wanted {
  /** A table of a data set, or the bytes as they are. */
  key: string;
  name: string;
  ref: FileRef;
  set: Task["data"][string] | undefined;
}

export interface TaskFilesOptions {
  source: FileSource;
  ownerUrl(runId: string): string | undefined;
  withinMs?: number;
  /** Above it shares are refused. */
  maxMb?: number;
}

type Held = RowTable | SharedArrayBuffer;

interface Holding {
  held: Promise<Held>;
  bytes: number;
}

const memoryOf = (held: Held) => (held instanceof SharedArrayBuffer ? held : held.memory);

/**
 * The files of this worker's shares, each fetched once, however many shares and engine threads use
 * it, and held in memory that all threads share. What they take together is bounded.
 */
export class TaskFiles {
  readonly #options: TaskFilesOptions;
  readonly #holdings = new Map<string, Holding>();
  readonly #fetching = new Map<string, Promise<Uint8Array>>();

  constructor(options: TaskFilesOptions) {
    this.#options = options;
  }

  /** Rejects with FileMissing when a file is not to be had, or is not what it should be. */
  async load(task: Task): Promise<LoadedFiles> {
    const loaded: LoadedFiles = { tables: {}, contents: {} };
    for (const [name, set] of Object.entries(task.data)) {
      const file = fileOf(set);
      if (file === undefined) continue;
      const wanted = { ...wantedOf(task, file), set };
      wanted.key += ` ${readingOf(set)}`;
      loaded.tables[name] = (await this.#get(task.runId, wanted)) as RowTable;
    }
    for (const { name } of namedFiles({ steps: task.steps })) {
      const wanted = wantedOf(task, name);
      loaded.contents[name] = (await this.#get(task.runId, wanted)) as SharedArrayBuffer;
    }
    return loaded;
  }

  /** Lets go of what none of these tasks uses. */
  keepFor(tasks: readonly Task[]): void {
    if (this.#holdings.size === 0) return;
    const used = new Set(tasks.flatMap(({ files }) => Object.values(files)).map((f) => f.sha256));
    for (const key of this.#holdings.keys()) {
      if (!used.has(key.slice(0, key.indexOf(" ")))) this.#holdings.delete(key);
    }
  }

  #get(runId: string, wanted: Wanted): Promise<Held> {
    const { key } = wanted;
    const known = this.#holdings.get(key);
    if (known !== undefined) return known.held;
    const held = this.#make(runId, wanted);
    const holding: Holding = { held: held.then((file) => this.#bounded(holding, file)), bytes: 0 };
    this.#holdings.set(key, holding);
    // The next task may have more luck.
    holding.held.catch(() => {
      if (this.#holdings.get(key) === holding) this.#holdings.delete(key);
    });
    return holding.held;
  }

  #bounded(holding: Holding, file: Held): Held {
    holding.bytes = memoryOf(file).byteLength;
    const { maxMb = DEFAULT_WORKER_FILES_MB } = this.#options;
    const all = [...this.#holdings.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    if (all <= maxMb * BYTES_PER_MB) return file;
    throw new FileMissing(
      `the files of this run take more than the ${maxMb.toLocaleString("en")} MB that a worker holds: use fewer or smaller ones, or set WORKER_FILES_MAX_MB higher`,
    );
  }

  async #make(runId: string, { name, ref, set }: Wanted): Promise<Held> {
    const bytes = await this.#fetch(runId, name, ref);
    try {
      if (set !== undefined) return await readRows(set, bytes, turn);
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      throw new FileMissing(`the file ${name}, line ${error.line}: ${error.message}`);
    }
    const shared = new SharedArrayBuffer(bytes.length);
    new Uint8Array(shared).set(bytes);
    return shared;
  }

  /** Data sets that read one file in several ways fetch it once, too. */
  #fetch(runId: string, name: string, ref: FileRef): Promise<Uint8Array> {
    const underWay = this.#fetching.get(ref.sha256);
    if (underWay !== undefined) return underWay;
    const fetching = this.#fetchNew(runId, name, ref).finally(() =>
      this.#fetching.delete(ref.sha256),
    );
    this.#fetching.set(ref.sha256, fetching);
    return fetching;
  }

  async #fetchNew(runId: string, name: string, { sha256 }: FileRef): Promise<Uint8Array> {
    const { source, ownerUrl, withinMs = WITHIN_MS } = this.#options;
    const untilMs = performance.now() + withinMs;
    for (;;) {
      try {
        const bytes = await source.read(sha256, ownerUrl(runId));
        return checked(bytes, name, sha256);
      } catch (error) {
        if (error instanceof FileMissing) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        if (performance.now() > untilMs) {
          throw new FileMissing(`the file ${name} could not be fetched: ${reason}`, {
            cause: error,
          });
        }
        await pause(RETRY_EVERY_MS);
      }
    }
  }
}

function wantedOf(task: Task, name: string): Wanted {
  const ref = task.files[name];
  if (ref === undefined) throw new FileMissing(`the file ${name} has no SHA-256 in the scenario`);
  return { key: `${ref.sha256} `, name, ref, set: undefined };
}

function checked(bytes: Uint8Array | undefined, name: string, sha256: string): Uint8Array {
  if (bytes === undefined) {
    throw new FileMissing(
      `the file ${name} is not at the controller: upload it again (PUT /api/v1/files/${sha256})`,
    );
  }
  if (createHash("sha256").update(bytes).digest("hex") !== sha256) {
    throw new FileMissing(`the file ${name} did not arrive as it was uploaded`);
  }
  return bytes;
}
