import { split } from "@onrush/shared/schedule/ownership.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { Program, RunClock } from "../engine/operation.ts";
import type { PoolLimits } from "../protocols/connectionPool.ts";
import { type CompileOptions, compileSteps } from "./compileSteps.ts";

/** What one of `threads` threads may open. */
export function poolLimits({ connections }: Task, thread: number, threads: number): PoolLimits {
  if (typeof connections === "string") {
    return { connections: Infinity, perUser: connections === "perUser" };
  }
  return { connections: split(connections, threads)[thread] ?? 0, perUser: false };
}

/** An arrival is a fresh user, who takes its cookies along. */
const jarOwner = ({ load }: Task) => (load.type === "arrivals" ? "iteration" : "user");

/** Compiles the steps of a task as it says that they are to be carried out. */
export function compileTask(
  task: Task,
  clock: RunClock,
  more: Pick<CompileOptions, "files" | "limits" | "watch">,
): Promise<Program> {
  return compileSteps(task.steps, clock, {
    ...{ transport: task.transport, rejectUnauthorized: task.rejectUnauthorized },
    ...{ http: task.http, data: task.data, dataSeed: task.dataSeed, seed: task.seed },
    ...{ defaults: task.defaults, thinkTime: task.thinkTime, onError: task.onError },
    constants: task.constants,
    cookies: task.cookies === true ? jarOwner(task) : undefined,
    ...more,
  });
}
