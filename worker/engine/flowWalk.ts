import { drawBranch, type FlowCode, type Instruction } from "@onrush/shared/flow/compileFlow.ts";
import type { Outcome } from "../metrics/dueSecond.ts";
import type { Recorder } from "../metrics/recorder.ts";
import { FlowPosition, type Slot } from "./slot.ts";

/** What is sent next: one request, or several together. */
export type NextRequests = Extract<Instruction, { op: "request" | "fork" }>;

/** Sees where iterations go; there is none on the way of a run. */
export interface FlowWatch {
  entered(group: number): void;
  left(group: number, failed: boolean): void;
  chose(choice: Extract<Instruction, { op: "choose" }>, branch: number): void;
  /** A repeat begins again: `passed` of `times` are done. */
  repeats(passed: number, times: number): void;
}

/**
 * Moves iterations through a flow, from request to request, and measures its groups. Where an
 * iteration goes follows from the seed and its number alone. All times are microseconds from the
 * start of the run.
 */
export class FlowWalk {
  readonly #code: FlowCode;
  readonly #seed: number;
  readonly #recorder: Recorder;
  readonly #watch: FlowWatch | undefined;

  constructor(code: FlowCode, seed: number, recorder: Recorder, watch?: FlowWatch) {
    this.#watch = watch;
    this.#code = code;
    this.#seed = seed;
    this.#recorder = recorder;
  }

  /** False when there is nothing to be sent at all. */
  begin(slot: Slot, dueUs: number): boolean {
    const { counters, groups } = this.#code;
    slot.flow ??= new FlowPosition(counters, groups);
    slot.flow.reset();
    slot.turn = 0;
    return this.advance(slot, dueUs);
  }

  /** A request has ended: `slot` is the iteration's own. */
  ended(slot: Slot, step: number, outcome: Outcome, hasExtracted: boolean): void {
    const position = positionOf(slot);
    const ending = this.#code.endings[step];
    if (outcome === "failed") position.failures++;
    const isEnd =
      ending === "failure" ? outcome === "failed" : ending === "extract" && !hasExtracted;
    if (isEnd) position.ends = true;
  }

  /** To what is sent next, at `dueUs`; false when there is nothing more. */
  advance(slot: Slot, dueUs: number): boolean {
    const position = positionOf(slot);
    for (;;) {
      const instruction = this.#at(position.next);
      switch (instruction.op) {
        case "request":
        case "fork":
          return true;
        case "end":
          return false;
        case "jump":
          position.next = instruction.to;
          continue;
        case "enter":
          position.enter(instruction.group, dueUs);
          this.#watch?.entered(instruction.group);
          break;
        case "leave":
          this.#leave(slot, position);
          break;
        case "reset":
          position.counters[instruction.counter] = 0;
          break;
        case "again": {
          const { counter, times, to } = instruction;
          const passed = (position.counters[counter] as number) + 1;
          position.counters[counter] = passed;
          if (passed === times) break;
          slot.turn++;
          this.#watch?.repeats(passed, times);
          position.next = to;
          continue;
        }
        case "choose": {
          const branch = drawBranch(instruction, this.#seed, slot.arrival, slot.turn);
          this.#watch?.chose(instruction, branch);
          position.next = instruction.to[branch] as number;
          continue;
        }
      }
      position.next++;
    }
  }

  /** What `advance` has come to; the next time it goes on after it. */
  take(slot: Slot): NextRequests {
    const position = positionOf(slot);
    const instruction = this.#at(position.next++);
    if (instruction.op === "request") position.requests++;
    else if (instruction.op === "fork") position.requests += instruction.steps.length;
    else throw new RangeError("there is nothing to be sent here");
    return instruction;
  }

  /** The iteration ends where it is: the groups it is in have ended with it. */
  leaveAll(slot: Slot): void {
    const position = positionOf(slot);
    while (position.openCount > 0) this.#leave(slot, position);
  }

  #leave(slot: Slot, position: FlowPosition): void {
    const group = position.leave();
    this.#watch?.left(group, position.hasFailed(group));
    // Nothing was drawn to be sent in it.
    if (!position.hasRequests(group)) return;
    const beganUs = position.beganUs(group);
    this.#recorder.group(group, beganUs, position.hasFailed(group), slot.endUs - beganUs);
  }

  #at(index: number): Instruction {
    const instruction = this.#code.instructions[index];
    if (instruction === undefined) throw new RangeError(`there is no instruction ${index}`);
    return instruction;
  }
}

export function positionOf(slot: Slot): FlowPosition {
  if (slot.flow === null) throw new RangeError("the iteration has no flow");
  return slot.flow;
}
