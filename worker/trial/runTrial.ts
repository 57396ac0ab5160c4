import { setTimeout as pause } from "node:timers/promises";
import { checkName } from "@onrush/shared/condition/stepChecks.ts";
import { groupsOf, stepsOf } from "@onrush/shared/flow/flow.ts";
import type { TrialEnd, TrialEvent, TrialStep } from "@onrush/shared/trial/trialEvents.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { LoadedFiles } from "../engine/engineMessages.ts";
import type { FlowWatch } from "../engine/flowWalk.ts";
import { iterationOutcomeOf, Iterations, outcomeOf } from "../engine/iterations.ts";
import { monotonicUs } from "../engine/monotonicClock.ts";
import type { Program } from "../engine/operation.ts";
import { scriptProgram, scriptResult, StepLog } from "../engine/scriptResult.ts";
import type { Slot } from "../engine/slot.ts";
import { compileTask, poolLimits } from "../steps/compileTask.ts";
import { WireWatch } from "./wireWatch.ts";

const TICK_MS = 2;

export interface TrialOptions {
  task: Task;
  files: LoadedFiles;
  /** Texts of the scenario whose values nobody is shown. */
  secretTexts: readonly string[];
  /** Values that were secrets in what was tried before. */
  secretValues: readonly string[];
  /** Pauses are waited for; otherwise the clock of the iteration jumps over them. */
  waits: boolean;
}

/** The steps' program, which tells each step when it has ended, before anything follows. */
function telling(program: Program, tell: (slot: Slot) => void): Program {
  return {
    ...program,
    operations: program.operations.map((operation) => ({
      perform(slot, done) {
        operation.perform(slot, (ended) => {
          tell(ended);
          done(ended);
        });
      },
    })),
  };
}

function flowWatch(task: Task, emit: (event: TrialEvent) => void): FlowWatch {
  const names = groupsOf(task.steps).map(({ name }) => name);
  const group = (index: number, at: "begin" | "end", failed: boolean) =>
    emit({ type: "group", name: names[index] ?? "", at, failed });
  return {
    entered: (index) => group(index, "begin", false),
    left: (index, failed) => group(index, "end", failed),
    chose: ({ upTo }, branch) => {
      const share = (upTo[branch] ?? 1) - (upTo[branch - 1] ?? 0);
      const percent = Math.round(share * 1_000) / 10;
      emit({ type: "branch", branch: branch + 1, of: upTo.length, percent });
    },
    repeats: (passed, of) => emit({ type: "repeat", round: passed + 1, of }),
  };
}

/**
 * Where an iteration goes after a pause is decided before it: what begins is told after the pause.
 */
class OrderedEvents {
  readonly #emit: (event: TrialEvent) => void;
  #held: TrialEvent[] = [];

  constructor(emit: (event: TrialEvent) => void) {
    this.#emit = emit;
  }

  /** Behind a pause, if one comes now. */
  readonly later = (event: TrialEvent): void => {
    const isEnd = event.type === "group" && event.at === "end" && this.#held.length === 0;
    if (isEnd) this.#emit(event);
    else this.#held.push(event);
  };

  pause(event: TrialEvent): void {
    this.#emit(event);
    this.#flush();
  }

  now(event: TrialEvent): void {
    this.#flush();
    this.#emit(event);
  }

  #flush(): void {
    const held = this.#held;
    this.#held = [];
    for (const event of held) this.#emit(event);
  }
}

/**
 * Goes through the first iteration of a task once, and tells everything. Resolves with what is left
 * to those that are tried after it. Rejects when its steps cannot be compiled.
 */
export async function runTrial(
  { task, files, secretTexts, secretValues, waits }: TrialOptions,
  emit: (event: TrialEvent) => void,
): Promise<TrialEnd> {
  const events = new OrderedEvents(emit);
  let skippedUs = -monotonicUs();
  const nowUs = () => monotonicUs() + skippedUs;
  const steps = stepsOf(task.steps);
  const watch = new WireWatch(steps, secretTexts);
  const limits = poolLimits(task, 0, 1);
  const compiled = await compileTask(task, { nowUs }, { files, limits, watch });
  for (const value of secretValues) watch.secrets.add(value);
  const told = telling(compiled, (slot) => events.now(stepOf(slot)));
  const program = task.script === undefined ? told : scriptProgram(told);
  const log = new StepLog(program);

  function stepOf(slot: Slot): TrialStep {
    const step = steps[slot.operation];
    const seen = watch.take(slot);
    const mask = (value: string | null | undefined) =>
      value === null || value === undefined ? null : watch.secrets.mask(value);
    const named = compiled.outcomes[slot.operation]?.[slot.namedOutcome];
    return {
      ...{ type: "step", name: step?.name ?? "", outcome: outcomeOf(slot, compiled) },
      ...{ namedOutcome: named?.name ?? null, status: slot.status, error: slot.error },
      hops: seen.hops.map((hop) => watch.shown(hop)),
      checks: (step?.checks ?? []).map((check, i) => ({
        name: watch.secrets.mask(checkName(check)),
        passed: (slot.checksPassed & (1 << i)) !== 0,
        found: mask(seen.found.get(checkName(check))),
      })),
      extracted: Object.fromEntries(
        Object.keys(step?.extract ?? {}).map((name) => [name, mask(seen.extracted.get(name))]),
      ),
    };
  }

  const iterations = new Iterations(
    {
      ...{ program, limit: 1, thinkTime: task.thinkTime, seed: task.seed },
      requestTimeoutUs: task.requestTimeoutMs * 1_000,
      flowWatch: flowWatch(task, events.later),
    },
    log,
    nowUs,
  );
  let result = null;
  iterations.onEnded = (slot) => {
    if (task.script !== undefined) result = scriptResult(task, program, log, slot);
    events.now({ type: "ended", outcome: iterationOutcomeOf(slot) });
  };
  iterations.leaseUntilUs = Infinity;
  const slot = iterations.take();
  if (slot === undefined) throw new RangeError("there is a slot for one iteration");
  const beginUs = nowUs();
  iterations.begin(slot, 0, beginUs, beginUs, true);
  let announcedUs = -1;
  while (iterations.running > 0) {
    const wakeUs = iterations.nextWakeUs;
    if (wakeUs < Infinity && wakeUs !== announcedUs) {
      announcedUs = wakeUs;
      events.pause({ type: "pause", seconds: (wakeUs - slot.endUs) / 1e6, waited: waits });
    }
    if (wakeUs < Infinity && !waits) skippedUs += Math.max(0, wakeUs - nowUs());
    iterations.wake(nowUs());
    iterations.cancelOverdue(nowUs());
    await pause(TICK_MS);
  }
  compiled.close();
  return { result, secretValues: watch.secrets.values };
}
