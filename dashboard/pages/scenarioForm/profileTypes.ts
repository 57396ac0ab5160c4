import { isClosed } from "@onrush/shared/scenario/loadProfile.ts";
import type { NumberText, ProfileType, ProfileValues } from "./formValues.ts";

/** Names of the plain number fields of all profiles. */
export type ProfileNumber = {
  [K in keyof ProfileValues]: ProfileValues[K] extends NumberText
    ? K extends "type"
      ? never
      : K
    : never;
}[keyof ProfileValues];

export interface FieldSpec<Name extends string = string> {
  name: Name;
  label: string;
  unit?: string;
  step?: number;
  whole?: boolean;
  placeholder?: string;
}

/** A list of rows: where it is in the form, and under which name in the document. */
export interface RowSpec {
  list: "bursts" | "stages" | "vuStages";
  path: "bursts" | "stages";
  fields: readonly FieldSpec[];
}

export type ProfileGroup = "rate" | "users";

interface TypeSpec {
  label: string;
  about: string;
  group: ProfileGroup;
  fields: readonly FieldSpec<ProfileNumber>[];
  rows?: RowSpec;
}

const rate = (name: ProfileNumber, label: string) => ({ name, label, unit: "/s", step: 10 });
const time = (name: ProfileNumber, label: string) => ({ name, label, unit: "s" });
const whole = (name: ProfileNumber, label: string, step = 10) => ({
  ...{ name, label, step },
  whole: true,
});
const pace = { ...time("paceSeconds", "One iteration every"), placeholder: "at once" };

export const profileGroups: readonly { value: ProfileGroup; label: string; about: string }[] = [
  {
    value: "rate",
    label: "By rate",
    about: "Requests begin on a schedule, whether or not the ones before were answered.",
  },
  {
    value: "users",
    label: "By users",
    about: "Users wait for each answer before they go on, so the target sets the rate.",
  },
];

/** What the form knows of each profile: its words, and its fields in their order. */
export const profileTypes: Readonly<Record<ProfileType, TypeSpec>> = {
  CONSTANT: {
    ...{ label: "Constant", group: "rate", about: "One rate from beginning to end." },
    fields: [rate("initialRps", "Rate")],
  },
  RAMP: {
    ...{ label: "Ramp", group: "rate", about: "The rate grows (or falls) steadily, then holds." },
    fields: [rate("initialRps", "From"), rate("targetRps", "To"), time("rampUpSeconds", "Within")],
  },
  BURST: {
    ...{ label: "Burst", group: "rate", about: "A base rate that bursts replace for a while." },
    fields: [rate("initialRps", "Base rate")],
    rows: {
      ...{ list: "bursts", path: "bursts" },
      fields: [
        { name: "startSecond", label: "Starts at", unit: "s" },
        { name: "durationSeconds", label: "Lasts", unit: "s" },
        { name: "rps", label: "Rate", unit: "/s", step: 10 },
        { name: "repeatEverySeconds", label: "Again every", unit: "s", placeholder: "once" },
      ],
    },
  },
  SPIKE: {
    ...{ label: "Spike", group: "rate", about: "A base rate with one spike." },
    fields: [
      ...[rate("initialRps", "Base rate"), rate("spikeRps", "Spike rate")],
      ...[time("spikeStartSecond", "Spike starts at"), time("spikeDurationSeconds", "Spike lasts")],
    ],
  },
  STAGES: {
    ...{ label: "Stages", group: "rate", about: "Ramps and plateaus, one after the other." },
    fields: [rate("initialRps", "Starting rate")],
    rows: {
      ...{ list: "stages", path: "stages" },
      fields: [
        { name: "targetRps", label: "To rate", unit: "/s", step: 10 },
        { name: "durationSeconds", label: "Within", unit: "s" },
      ],
    },
  },
  DEVICES: {
    ...{ label: "Devices", group: "rate" },
    about:
      "Many devices that report regularly and take turns; the rate is both numbers multiplied.",
    fields: [
      whole("devices", "Devices", 100),
      { ...rate("messagesPerSecond", "Messages of each"), step: 0.1 },
    ],
  },
  VUS: {
    ...{ label: "Steady", group: "users", about: "The same number of users all the time." },
    fields: [whole("vus", "Users"), pace],
  },
  VU_STAGES: {
    ...{ label: "Stages", group: "users" },
    about: "Users come and go in stages; whoever goes finishes what was begun.",
    fields: [whole("initialVus", "Users at the start"), pace],
    rows: {
      ...{ list: "vuStages", path: "stages" },
      fields: [
        { name: "targetVus", label: "To users", step: 10, whole: true },
        { name: "durationSeconds", label: "Within", unit: "s" },
      ],
    },
  },
  ITERATIONS: {
    ...{ label: "Iterations", group: "users" },
    about: "A fixed amount of work that users share; it ends when all is done.",
    fields: [
      whole("iterations", "Iterations in all", 1000),
      whole("concurrency", "Users"),
      { ...time("maxDurationSeconds", "At most within"), step: 10 },
    ],
  },
};

export const profileTypeNames = Object.keys(profileTypes) as ProfileType[];
export const typesOf = (group: ProfileGroup) =>
  profileTypeNames.filter((type) => profileTypes[type].group === group);

/** Only arrivals by schedule can be spread at random, or find no place. */
export const hasArrivals = (type: ProfileType) => !isClosed(type);
