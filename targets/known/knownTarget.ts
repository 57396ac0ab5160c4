import type { TargetDefinition } from "../target.ts";
import { knownDescription, readKnownOptions } from "./knownOptions.ts";
import { startKnown } from "./startKnown.ts";

export const knownTarget: TargetDefinition = {
  ...knownDescription,
  description:
    "answers with known delays, statuses and failures and keeps the exact time of every arrival",
  start: async (given) => startKnown(readKnownOptions(given)),
};
