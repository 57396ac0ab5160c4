import type { RunState, ShareState } from "@onrush/shared/run/runMessages.ts";
import { scriptsOf } from "@onrush/shared/run/runScripts.ts";
import type { ScriptKind } from "@onrush/shared/wire/script.ts";
import type { TaskQueue } from "../platform/ports.ts";
import type { RunPlan } from "../planning/runPlan.ts";
import { scriptTask, taskOf } from "../planning/shares.ts";

/** Higher than every epoch that whoever had the run before may have handed out. */
export function epochAfter(before: RunState | undefined): number {
  if (before === undefined) return 1;
  const shares = before.shares.map(({ epoch }) => epoch);
  const scripts = Object.values(scriptsOf(before).states).map(({ attempt }) => attempt);
  return 1 + Math.max(0, ...shares, ...scripts);
}

/** Brings a run's work to its workers, with what setup has extracted. The state is stored before. */
export class HandOut {
  readonly #runId: string;
  readonly #plan: RunPlan;
  readonly #tasks: Pick<TaskQueue, "assign">;

  constructor(runId: string, plan: RunPlan, tasks: Pick<TaskQueue, "assign">) {
    this.#runId = runId;
    this.#plan = plan;
    this.#tasks = tasks;
  }

  async shares(state: RunState, token: number, shares: readonly ShareState[]): Promise<void> {
    const { variables } = scriptsOf(state);
    await Promise.all(
      shares.map((share) => {
        const task = taskOf(this.#plan, this.#runId, token, share, variables);
        return this.#tasks.assign(share.workerId, task);
      }),
    );
  }

  async script(state: RunState, token: number, kind: ScriptKind): Promise<void> {
    const { states, variables } = scriptsOf(state);
    const script = states[kind];
    if (script === undefined) return;
    const run = { runId: this.#runId, token };
    const { workerId, attempt } = script;
    await this.#tasks.assign(workerId, scriptTask(this.#plan, run, { kind, attempt }, variables));
  }
}
