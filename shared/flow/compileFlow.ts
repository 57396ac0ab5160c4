import { uniformAt } from "../random/hashRandom.ts";
import type { FlowElement } from "../scenario/scenarioSchema.ts";
import { type ThinkTime, thinkTimeOf } from "../schedule/thinkTime.ts";
import { isPlain } from "./flow.ts";
import type { OnError } from "./flowSchema.ts";

/** One instruction of a flow; what has no other successor goes on with the next one. */
export type Instruction =
  | { op: "request"; step: number }
  /** All at once; the next one follows when the last has ended. */
  | { op: "fork"; steps: readonly number[] }
  | { op: "enter"; group: number }
  | { op: "leave"; group: number }
  /** To the first of `to` whose share of the whole, added up, is above the number drawn. */
  | { op: "choose"; place: number; upTo: readonly number[]; to: readonly number[] }
  | { op: "jump"; to: number }
  | { op: "reset"; counter: number }
  /** Back to `to` until it was passed `times` times. */
  | { op: "again"; counter: number; times: number; to: number }
  | { op: "end" };

/** What a failed step does to its iteration. */
export type Ending = "never" | "extract" | "failure";

/** The flow of an iteration, ready for a program counter. */
export interface FlowCode {
  instructions: readonly Instruction[];
  groups: number;
  counters: number;
  /** Of each step: the pause after it, and what ends the iteration with it. */
  thinkTimes: readonly (ThinkTime | null)[];
  endings: readonly Ending[];
}

export interface FlowDefaults {
  thinkTime: ThinkTime | null;
  onError?: OnError | undefined;
}

const endingOf = (onError: OnError | undefined): Ending => {
  if (onError === undefined) return "extract";
  return onError === "continue" ? "never" : "failure";
};

class FlowCompiler {
  readonly instructions: Instruction[] = [];
  readonly thinkTimes: (ThinkTime | null)[] = [];
  readonly endings: Ending[] = [];
  groups = 0;
  counters = 0;
  #places = 0;
  readonly #defaults: FlowDefaults;

  constructor(defaults: FlowDefaults) {
    this.#defaults = defaults;
  }

  add(flow: readonly FlowElement[]): void {
    for (const element of flow) this.#element(element);
  }

  #element(element: FlowElement): void {
    if ("parallel" in element) {
      const steps = element.parallel.map(({ onError }) => {
        return this.#step(element.thinkTimeSeconds, onError);
      });
      this.instructions.push({ op: "fork", steps });
    } else if ("choose" in element) {
      this.#choice(element.choose);
    } else if ("steps" in element) {
      this.#block(element);
    } else {
      const step = this.#step(element.thinkTimeSeconds, element.onError);
      this.instructions.push({ op: "request", step });
    }
  }

  #step(think: number | ThinkTime | undefined, onError: OnError | undefined): number {
    const { thinkTime } = this.#defaults;
    this.thinkTimes.push(think === undefined ? thinkTime : thinkTimeOf(think));
    this.endings.push(endingOf(onError ?? this.#defaults.onError));
    return this.endings.length - 1;
  }

  #block({ group, repeat = 1, steps }: Extract<FlowElement, { steps: unknown }>): void {
    const counter = repeat > 1 ? this.counters++ : -1;
    if (repeat > 1) this.instructions.push({ op: "reset", counter });
    const to = this.instructions.length;
    const index = group === undefined ? -1 : this.groups++;
    if (group !== undefined) this.instructions.push({ op: "enter", group: index });
    this.add(steps);
    if (group !== undefined) this.instructions.push({ op: "leave", group: index });
    if (repeat > 1) this.instructions.push({ op: "again", counter, times: repeat, to });
  }

  #choice(branches: readonly { weight?: number | undefined; steps: FlowElement[] }[]): void {
    const whole = branches.reduce((sum, { weight = 1 }) => sum + weight, 0);
    let sum = 0;
    const upTo = branches.map(({ weight = 1 }) => (sum += weight) / whole);
    const to: number[] = [];
    this.instructions.push({ op: "choose", place: this.#places++, upTo, to });
    const jumps: number[] = [];
    for (const { steps } of branches) {
      to.push(this.instructions.length);
      this.add(steps);
      jumps.push(this.instructions.length);
      this.instructions.push({ op: "jump", to: 0 });
    }
    for (const at of jumps) this.instructions[at] = { op: "jump", to: this.instructions.length };
  }
}

/** Null where steps follow each other and nothing is said of pauses and errors. */
export function compileFlow(flow: readonly FlowElement[], defaults: FlowDefaults): FlowCode | null {
  if (isPlain(flow) && defaults.onError === undefined) return null;
  const compiler = new FlowCompiler(defaults);
  compiler.add(flow);
  const { groups, counters, thinkTimes, endings, instructions } = compiler;
  return { instructions: [...instructions, { op: "end" }], groups, counters, thinkTimes, endings };
}

/**
 * Random streams of one turn of an iteration. The turn counts how often repeats have begun again,
 * so each draws anew; streams of templates and pauses, which go by their places, lie below.
 */
const STREAMS_PER_TURN = 2 ** 20;
const CHOICES_FROM = 2 ** 19;

/** The stream of `place` in a turn; in the first one it is the place itself. */
export const streamOfTurn = (place: number, turn: number) => turn * STREAMS_PER_TURN + place;

/** Which branch an iteration takes: a function of the seed, its number and the turn. */
export function drawBranch(
  { place, upTo }: Extract<Instruction, { op: "choose" }>,
  seed: number,
  arrival: number,
  turn: number,
): number {
  const at = uniformAt(seed, streamOfTurn(CHOICES_FROM + place, turn), arrival);
  for (let i = 0; i < upTo.length - 1; i++) if (at < (upTo[i] as number)) return i;
  return upTo.length - 1;
}
