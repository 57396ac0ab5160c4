import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { planRun } from "@onrush/controller/planning/runPlan.ts";
import { placeShares, scriptTask, taskOf } from "@onrush/controller/planning/shares.ts";
import { secretTexts } from "@onrush/shared/scenario/secrets.ts";
import {
  type FromTrial,
  judgeTrial,
  type Trial,
  type TrialEnd,
  type TrialEvent,
} from "@onrush/shared/trial/trialEvents.ts";
import type { ScriptKind } from "@onrush/shared/wire/script.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { ToTrial } from "@onrush/worker/trial/trialProcess.ts";
import type { LoadedScenario } from "../scenario/readScenario.ts";
import { endWorker } from "./childWorker.ts";

export interface TryOptions {
  waits: boolean;
  /** Only the workload of this name, between setup and teardown. */
  workload: string | undefined;
  /** Resolves when it is to be given up; what setup has made is torn down nevertheless. */
  stopped: Promise<unknown>;
}

const RUN = { runId: "try", token: 1 };
const FIRST = 1;

const never = new Promise<never>(() => {});

/** All that a process tells of one iteration. Rejects when it cannot begin, or ends too early. */
async function told(
  message: ToTrial,
  stopped: Promise<unknown>,
): Promise<{ events: TrialEvent[]; end: TrialEnd | undefined }> {
  const file = fileURLToPath(import.meta.resolve("@onrush/worker/trial/trialProcess.ts"));
  const child = fork(file, [], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const events: TrialEvent[] = [];
  const { promise: over, resolve, reject } = Promise.withResolvers<TrialEnd>();
  child.on("message", (event: FromTrial) => {
    if (event.type === "refused") return reject(new Error(event.reason));
    if (event.type === "over") return resolve(event);
    events.push(event);
  });
  child.once("error", reject);
  child.once("exit", () => reject(new Error("the process that tries the scenario has ended")));
  child.send(message);
  try {
    const end = await Promise.race([over, stopped.then(() => undefined)]);
    return { events, end };
  } finally {
    await endWorker(child);
  }
}

/** Tries one part of a scenario after the other, each as one worker alone would get it. */
class TrialOrder {
  readonly #loaded: LoadedScenario;
  readonly #options: TryOptions;
  readonly #tell: (trial: Trial) => void;
  readonly #plan;
  readonly #secretTexts: readonly string[];
  readonly #secretValues = new Set<string>();
  /** What setup has extracted. */
  #variables: NonNullable<Task["constants"]> = {};

  constructor(loaded: LoadedScenario, options: TryOptions, tell: (trial: Trial) => void) {
    this.#loaded = loaded;
    this.#options = options;
    this.#tell = tell;
    this.#plan = planRun(loaded.scenario);
    this.#secretTexts = secretTexts(loaded.scenario);
  }

  has(kind: ScriptKind): boolean {
    return this.#plan.scripts[kind] !== undefined;
  }

  /** Whether a run would go on after it. */
  async script(kind: ScriptKind): Promise<boolean> {
    const task = scriptTask(this.#plan, RUN, { kind, attempt: FIRST }, this.#variables);
    // What is to be given up is torn down all the same: whoever is in a hurry asks twice.
    const stopped = kind === "teardown" ? never : this.#options.stopped;
    const end = await this.#try({ workload: kind, script: kind }, task, stopped);
    if (kind === "setup") this.#variables = end?.result?.variables ?? {};
    return end?.result?.ok === true;
  }

  async workloads(isStopped: () => boolean): Promise<void> {
    for (const share of placeShares(this.#plan, ["try"])) {
      const workload = this.#plan.workloads[share.workload]?.name ?? "";
      if (isStopped()) return;
      if (this.#options.workload !== undefined && this.#options.workload !== workload) continue;
      const task = taskOf(this.#plan, RUN.runId, RUN.token, share, this.#variables);
      await this.#try({ workload, script: null }, task, this.#options.stopped);
    }
  }

  async #try(
    part: Pick<Trial, "workload" | "script">,
    task: Task,
    stopped: Promise<unknown>,
  ): Promise<TrialEnd | undefined> {
    const { waits } = this.#options;
    const { contents } = this.#loaded;
    const secretValues = [...this.#secretValues];
    const message = { task, contents, secretTexts: this.#secretTexts, secretValues, waits };
    const { events, end } = await told(message, stopped);
    for (const value of end?.secretValues ?? []) this.#secretValues.add(value);
    this.#tell(judgeTrial(part, events, end?.result));
    return end;
  }
}

/**
 * Tries setup, then one iteration of each workload or of the one that is named, then teardown, each
 * in a process like a worker's, and tells of each when it has ended. As in a run, nothing follows a
 * setup that fails, and everything else is torn down, whichever way it went. Resolves with whether
 * the workloads had their turn.
 */
export async function tryWorkloads(
  loaded: LoadedScenario,
  options: TryOptions,
  tell: (trial: Trial) => void,
): Promise<boolean> {
  let isStopped = false;
  void options.stopped.then(() => (isStopped = true));
  const order = new TrialOrder(loaded, options, tell);
  if (order.has("setup") && !(await order.script("setup"))) return false;
  try {
    await order.workloads(() => isStopped);
  } finally {
    if (order.has("teardown")) await order.script("teardown");
  }
  return true;
}
