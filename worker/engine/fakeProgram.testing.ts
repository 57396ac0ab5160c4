import type { FlowCode } from "@onrush/shared/flow/compileFlow.ts";
import { ArrivalSchedule } from "@onrush/shared/schedule/arrivalSchedule.ts";
import { Ownership } from "@onrush/shared/schedule/ownership.ts";
import type { RateCurve } from "@onrush/shared/schedule/rateCurve.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { ArrivalCursor } from "../pacing/arrivalCursor.ts";
import type { Operation, Program } from "./operation.ts";
import { type RunnerOptions, type RunnerReport, ShareRunner } from "./shareRunner.ts";
import type { Iterations } from "./iterations.ts";
import type { Slot } from "./slot.ts";
import { ArrivalSource } from "./sources/arrivalSource.ts";
import type { LoadSource } from "./sources/loadSource.ts";

/** What the fake target answers to one request, and after how long. */
export interface FakeAnswer {
  tookUs: number;
  status?: number;
  error?: string;
  hasExtracted?: boolean;
  checksPassed?: number;
  namedOutcome?: number;
}

interface UnderWay {
  slot: Slot;
  endUs: number;
  answer: FakeAnswer;
  done: (slot: Slot) => void;
}

/** A clock that only the test moves. */
export interface ManualClock {
  us: number;
}

/** Operations that answer by the manual clock, in the order of time. */
export class FakeProgram implements Program {
  readonly operations: readonly Operation[];
  readonly checks = [["good"], [], []];
  readonly outcomes = [[{ name: "none left", as: "neutral" as const }], [], []];
  readonly flow: FlowCode | null;
  readonly variables = [];
  readonly keptVariables = 0;
  /** Arrival number and operation of every request, in the order they were sent. */
  readonly sent: [arrival: number, operation: number][] = [];
  readonly #clock: ManualClock;
  #underWay: UnderWay[] = [];

  constructor(
    clock: ManualClock,
    steps: number,
    answer: (arrival: number, operation: number) => FakeAnswer,
    flow: FlowCode | null = null,
  ) {
    this.#clock = clock;
    this.flow = flow;
    this.operations = Array.from({ length: steps }, (_, operation) => ({
      perform: (slot, done) => this.#perform(slot, done, answer(slot.arrival, operation)),
    }));
  }

  #perform(slot: Slot, done: (slot: Slot) => void, answer: FakeAnswer): void {
    this.sent.push([slot.arrival, slot.operation]);
    const startUs = this.#clock.us;
    slot.sentUs = startUs;
    const one: UnderWay = { slot, done, answer, endUs: startUs + answer.tookUs };
    this.#underWay.push(one);
    slot.cancel = (cancelled, error) => {
      this.#underWay = this.#underWay.filter((other) => other !== one);
      cancelled.error = error;
      cancelled.endUs = this.#clock.us;
      done(cancelled);
    };
  }

  /** Moves the clock, answering everything on the way at its own time. */
  advance(toUs: number): void {
    for (;;) {
      this.#underWay.sort((a, b) => a.endUs - b.endUs);
      const next = this.#underWay[0];
      if (next === undefined || next.endUs > toUs) break;
      this.#underWay.shift();
      this.#clock.us = Math.max(this.#clock.us, next.endUs);
      next.slot.endUs = next.endUs;
      next.slot.status = next.answer.status ?? (next.answer.error === undefined ? 200 : 0);
      next.slot.error = next.answer.error ?? "";
      next.slot.hasExtracted = next.answer.hasExtracted ?? true;
      next.slot.checksPassed = next.answer.checksPassed ?? 0;
      next.slot.namedOutcome = next.answer.namedOutcome ?? -1;
      next.slot.bytesSent = 100;
      next.slot.bytesReceived = 1000;
      next.done(next.slot);
    }
    this.#clock.us = toUs;
  }

  connections(): number {
    return this.#underWay.length;
  }

  leave(): void {}

  async warmUp(): Promise<void> {}

  close(): void {}
}

export interface FakeRun {
  curve: RateCurve;
  steps?: number;
  /** Where its steps do not simply follow each other. */
  flow?: FlowCode | null;
  parts?: number;
  startMs?: number;
  answer?: (arrival: number, operation: number) => FakeAnswer;
  options?: Partial<RunnerOptions> & { maxInFlight?: number };
  /** Instead of even arrivals of `curve`. */
  source?: (iterations: Iterations) => LoadSource;
  overload?: Task["overload"];
}

/** A share on a manual clock, driven as the engine drives it. */
export class DrivenShare {
  readonly clock: ManualClock = { us: 0 };
  readonly program: FakeProgram;
  readonly schedule: ArrivalSchedule;
  readonly ownership: Ownership;
  readonly runner: ShareRunner;
  readonly reports: RunnerReport[] = [];
  /** Highest number in flight seen. */
  peak = 0;

  constructor(run: FakeRun) {
    const { curve, steps = 1, flow = null, parts = 1, startMs = 0, source } = run;
    const answer = run.answer ?? (() => ({ tookUs: 20_000 }));
    const { maxInFlight = 10_000, ...options } = run.options ?? {};
    this.schedule = new ArrivalSchedule(curve);
    this.ownership = new Ownership([{ offset: 0, weights: parts, index: parts - 1 }]);
    this.program = new FakeProgram(this.clock, steps, answer, flow);
    const startUs = startMs * 1000;
    const arrivals = (iterations: Iterations) =>
      new ArrivalSource(
        {
          cursor: new ArrivalCursor(this.schedule, this.ownership, startUs),
          endUs: startUs + this.schedule.durationUs,
          overload: run.overload ?? { policy: "drop", maxDelayMs: 10_000 },
          devices: 0,
        },
        iterations,
      );
    this.runner = new ShareRunner(
      {
        ...{ program: this.program, limit: maxInFlight, thinkTime: null, seed: 0 },
        ...{ requestTimeoutUs: 30e6, gracefulStopUs: 30e6, fromUs: 0 },
        ...options,
      },
      source ?? arrivals,
      () => this.clock.us,
    );
  }

  /** One turn of the engine's loop at `toUs`. */
  turn(toUs: number, leaseValid = true): void {
    this.program.advance(toUs);
    this.runner.release(toUs, leaseValid ? Infinity : -1);
    this.peak = Math.max(this.peak, this.runner.inFlight);
    this.runner.sweep(toUs);
    const report = this.runner.report(toUs);
    if (report !== undefined) this.reports.push(report);
  }

  /** Turns every `stepMs` until `toMs`, or the end of the share. */
  runTo(toMs: number, leaseValid = true, stepMs = 10): this {
    while (this.clock.us < toMs * 1000 && !this.runner.isOver) {
      this.turn(Math.min(toMs * 1000, this.clock.us + stepMs * 1000), leaseValid);
    }
    return this;
  }

  /** Until the last report, which it answers. */
  runOut(stepMs = 10): RunnerReport {
    for (let i = 0; i < 100_000 && !this.runner.isOver; i++) {
      this.turn(this.clock.us + stepMs * 1000);
    }
    const last = this.reports.at(-1);
    if (last === undefined || last.totals === null) throw new Error("the share does not end");
    return last;
  }
}
