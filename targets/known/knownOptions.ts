import { OptionReader } from "../optionReader.ts";
import type { StartOptions, TargetOption } from "../target.ts";
import { answerOk, drawnDelay, fixedDelay, killEvery, spreadStatuses } from "./behaviours.ts";
import type { Behaviour } from "./behaviours.ts";
import { distributionProblem, MAX_DELAY_MS, parseDelayDistribution } from "./drawnDelayMs.ts";
import type { DelayDistribution } from "./drawnDelayMs.ts";
import { answerSlowly } from "./slowBody.ts";
import type { SlowBody } from "./slowBody.ts";
import { Stall } from "./stall.ts";
import type { KnownOptions } from "./startKnown.ts";

const MAX_PATTERN_LENGTH = 10_000;

const milliseconds = { default: 0, kind: "number", min: 0, max: MAX_DELAY_MS } as const;
const whole = { default: 0, kind: "number", min: 0, integer: true } as const;

const options: readonly TargetOption[] = [
  {
    name: "delayMs",
    description: "milliseconds from arrival to answer, 0 = at once",
    ...milliseconds,
  },
  {
    name: "delayDistribution",
    description:
      "instead of delayMs: exponential:MEAN_MS, uniform:MIN_MS:MAX_MS or lognormal:MEDIAN_MS:SIGMA",
    default: "",
    kind: "string",
  },
  {
    name: "seed",
    description: "which delays delayDistribution draws; the same seed draws the same",
    ...whole,
    default: 1,
    max: 2 ** 32 - 1,
  },
  {
    name: "statusMix",
    description: "weights of the statuses, evenly spread by arrival number",
    default: "200:1",
    kind: "string",
  },
  {
    name: "stallAfterMs",
    description: "milliseconds from the first arrival since start or reset to the stall",
    ...milliseconds,
  },
  {
    name: "stallMs",
    description: "milliseconds for which the stall holds every answer back, 0 = no stall",
    ...milliseconds,
  },
  {
    name: "slowBodyBytes",
    description: "bytes of the body, written evenly over slowBodyMs, 0 = the body is ok",
    ...whole,
    max: 100_000_000,
  },
  {
    name: "slowBodyMs",
    description: "milliseconds from the head of an answer to the end of its body",
    ...milliseconds,
  },
  {
    name: "killEvery",
    description:
      "every arrival whose count divides by this loses its connection unanswered, 0 = none",
    ...whole,
    max: 1_000_000_000,
  },
  {
    name: "maxLogEntries",
    description: "arrival times kept (8 bytes each); later ones are only counted",
    ...whole,
    default: 5_000_000,
    max: 100_000_000,
  },
];

export const knownDescription = { name: "known", defaultPort: 9_092, options };

/** Throws a TargetError with every problem. */
export function readKnownOptions(given: StartOptions): KnownOptions {
  const reader = new OptionReader(knownDescription, given);
  const address = reader.address();
  const maxLogEntries = reader.number("maxLogEntries");
  const parts = {
    delay: readDelay(reader),
    stall: readStall(reader),
    slowBody: readSlowBody(reader),
    killEvery: reader.number("killEvery"),
  };
  const statuses = readStatuses(reader);
  reader.finish();
  return { ...address, maxLogEntries, behaviour: compose({ ...parts, statuses }) };
}

interface Delay {
  delayMs: number;
  distribution: DelayDistribution | undefined;
  seed: number;
}

function readDelay(reader: OptionReader): Delay {
  const delayMs = reader.number("delayMs");
  const seed = reader.number("seed");
  const spec = reader.string("delayDistribution");
  if (spec === "") return { delayMs, seed, distribution: undefined };
  const distribution = parseDelayDistribution(spec);
  if (distribution === undefined) reader.problem(distributionProblem(spec));
  if (delayMs !== 0) {
    reader.problem("delayMs and delayDistribution exclude each other; keep one of them");
  }
  return { delayMs, seed, distribution };
}

function readStall(reader: OptionReader): Stall | undefined {
  const stallAfterMs = reader.number("stallAfterMs");
  const stallMs = reader.number("stallMs");
  if (stallMs === 0 && stallAfterMs !== 0) {
    reader.problem("stallAfterMs needs stallMs, the duration of the stall, above 0");
  }
  return stallMs === 0 ? undefined : new Stall(stallAfterMs, stallMs);
}

function readSlowBody(reader: OptionReader): SlowBody | undefined {
  const bytes = reader.number("slowBodyBytes");
  const durationMs = reader.number("slowBodyMs");
  if (bytes === 0 && durationMs !== 0) {
    reader.problem("slowBodyMs needs slowBodyBytes, the size of the body, above 0");
  }
  return bytes === 0 ? undefined : { bytes, durationMs };
}

function readStatuses(reader: OptionReader): number[] {
  const weights = reader.counts("statusMix", "status from 200 to 599", isStatus);
  const total = weights.values().reduce((sum, weight) => sum + weight, 0);
  // Problems of single entries come first: their entries are missing from the sum.
  reader.finish();
  if (total < 1 || total > MAX_PATTERN_LENGTH) {
    reader.problem(
      `statusMix: the weights must add up to 1 to ${MAX_PATTERN_LENGTH}, not ${total}`,
    );
    return [];
  }
  return spreadStatuses(
    new Map(weights.entries().map(([status, weight]) => [Number(status), weight])),
  );
}

function isStatus(key: string): key is string {
  return /^[2-5]\d\d$/.test(key);
}

interface Parts {
  delay: Delay;
  stall: Stall | undefined;
  slowBody: SlowBody | undefined;
  killEvery: number;
  statuses: readonly number[];
}

/** What an arrival meets, in this order: kill, stall, delay, stall, answer. */
function compose({ delay, stall, slowBody, killEvery: everyN, statuses }: Parts): Behaviour {
  let next =
    slowBody === undefined
      ? answerOk(statuses)
      : answerSlowly(statuses, slowBody, stall?.gate ?? ((done) => done()));
  // Held again after the delay: one that began before the stall may end in it.
  next = stall?.hold(next) ?? next;
  next =
    delay.distribution === undefined
      ? fixedDelay(delay.delayMs, next)
      : drawnDelay(delay.distribution, delay.seed, next);
  next = stall?.hold(next) ?? next;
  if (everyN > 0) next = killEvery(everyN, next);
  return stall?.startedBy(next) ?? next;
}
