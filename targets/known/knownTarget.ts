import { OptionReader } from "../optionReader.ts";
import type { StartOptions, TargetDefinition, TargetOption } from "../target.ts";
import { answerOk, fixedDelay, spreadStatuses } from "./behaviours.ts";
import { startKnown } from "./startKnown.ts";

const MAX_PATTERN_LENGTH = 10_000;

const options: readonly TargetOption[] = [
  {
    name: "delayMs",
    description: "milliseconds from arrival to answer, 0 = at once",
    default: 0,
    kind: "number",
    min: 0,
    max: 3_600_000,
  },
  {
    name: "statusMix",
    description: "weights of the statuses, evenly spread by arrival number",
    default: "200:1",
    kind: "string",
  },
  {
    name: "maxLogEntries",
    description: "arrival times kept (8 bytes each); later ones are only counted",
    default: 5_000_000,
    kind: "number",
    min: 0,
    max: 100_000_000,
    integer: true,
  },
];

const description = { name: "known", defaultPort: 9_092, options };

export const knownTarget: TargetDefinition = {
  ...description,
  description: "answers after a fixed delay and keeps the exact time of every arrival",
  start: async (given) => startKnown(readKnownOptions(given)),
};

function readKnownOptions(given: StartOptions) {
  const reader = new OptionReader(description, given);
  const address = reader.address();
  const delayMs = reader.number("delayMs");
  const maxLogEntries = reader.number("maxLogEntries");
  const weights = reader.counts("statusMix", "status from 200 to 599", isStatus);
  const total = weights.values().reduce((sum, weight) => sum + weight, 0);
  // Problems of single entries come first: their entries are missing from the sum.
  reader.finish();
  if (total < 1 || total > MAX_PATTERN_LENGTH) {
    reader.problem(
      `statusMix: the weights must add up to 1 to ${MAX_PATTERN_LENGTH}, not ${total}`,
    );
  }
  reader.finish();
  const statuses = spreadStatuses(
    new Map(weights.entries().map(([status, weight]) => [Number(status), weight])),
  );
  return { ...address, maxLogEntries, behaviour: fixedDelay(delayMs, answerOk(statuses)) };
}

function isStatus(key: string): key is string {
  return /^[2-5]\d\d$/.test(key);
}
