import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { planRun } from "@onrush/controller/planning/runPlan.ts";
import { placeShares, taskOf } from "@onrush/controller/planning/shares.ts";
import { secretTexts } from "@onrush/shared/scenario/secrets.ts";
import {
  type FromTrial,
  judgeTrial,
  type Trial,
  type TrialEvent,
} from "@onrush/shared/trial/trialEvents.ts";
import type { ToTrial } from "@onrush/worker/trial/trialProcess.ts";
import type { LoadedScenario } from "../scenario/readScenario.ts";
import { endWorker } from "./childWorker.ts";

export interface TryOptions {
  waits: boolean;
  /** Resolves when it is to be given up. */
  stopped: Promise<unknown>;
}

/** What is to be tried of each workload: its task, as one worker alone would get it. */
function trialsOf({ scenario, contents }: LoadedScenario, waits: boolean) {
  const plan = planRun(scenario);
  const secrets = secretTexts(scenario);
  return placeShares(plan, ["try"]).map((share): { workload: string; message: ToTrial } => {
    const task = taskOf(plan, "try", 1, share);
    const workload = plan.workloads[share.workload]?.name ?? "";
    return { workload, message: { task, contents, secretTexts: secrets, waits } };
  });
}

/** All that a process tells of one iteration. Rejects when it cannot begin, or ends too early. */
async function eventsOf(message: ToTrial, stopped: Promise<unknown>): Promise<TrialEvent[]> {
  const file = fileURLToPath(import.meta.resolve("@onrush/worker/trial/trialProcess.ts"));
  const child = fork(file, [], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const events: TrialEvent[] = [];
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  child.on("message", (event: FromTrial) => {
    if (event.type === "refused") return reject(new Error(event.reason));
    events.push(event);
    if (event.type === "ended") resolve();
  });
  child.once("error", reject);
  child.once("exit", () => reject(new Error("the process that tries the scenario has ended")));
  child.send(message);
  try {
    await Promise.race([ended, stopped]);
    return events;
  } finally {
    await endWorker(child);
  }
}

/**
 * Tries one iteration of each workload, or of the one that is named, each in a process like a
 * worker's, and tells of each when it has ended.
 */
export async function tryWorkloads(
  loaded: LoadedScenario,
  { waits, stopped }: TryOptions,
  workload: string | undefined,
  tell: (trial: Trial) => void,
): Promise<void> {
  let isStopped = false;
  void stopped.then(() => (isStopped = true));
  for (const trial of trialsOf(loaded, waits)) {
    if (isStopped) return;
    if (workload !== undefined && trial.workload !== workload) continue;
    tell(judgeTrial(trial.workload, await eventsOf(trial.message, stopped)));
  }
}
