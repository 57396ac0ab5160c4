import type { PacingValues } from "./formValues.ts";

/** A value of an Advanced field: its word, and what it does. */
export interface Choice<Value extends string> {
  value: Value;
  label: string;
  about: string;
}

export const arrivalChoices: readonly Choice<PacingValues["arrival"]>[] = [
  { value: "uniform", label: "Even", about: "Spaced evenly along the curve." },
  {
    ...{ value: "poisson", label: "Random (Poisson)" },
    about: "At random with that rate on average, like independent visitors.",
  },
];

export const overloadChoices: readonly Choice<PacingValues["overload"]>[] = [
  {
    ...{ value: "drop", label: "Drop" },
    about: "What is due beyond the in-flight limit is dropped and counted.",
  },
  {
    ...{ value: "queue", label: "Queue" },
    about: "What is due beyond the in-flight limit waits; its response time counts the wait.",
  },
  { value: "fail", label: "Fail", about: "The run fails when the in-flight limit is reached." },
];

export const pacingChoices: readonly Choice<PacingValues["pacing"]>[] = [
  { value: "timer", label: "Timer", about: "Releases what is due once a millisecond." },
  {
    ...{ value: "precise", label: "Precise" },
    about: "Spins on the clock: takes a whole core per engine thread.",
  },
];

const shared: Choice<PacingValues["connections"]> = {
  ...{ value: "shared", label: "As needed" },
  about: "As many as are needed at once, shared by all.",
};
const limited: Choice<PacingValues["connections"]> = {
  ...{ value: "limited", label: "Limited" },
  about: "At most so many per worker and host; requests wait for a free one.",
};
const perUser: Choice<PacingValues["connections"]> = {
  ...{ value: "perUser", label: "Per user" },
  about: "Each user keeps one of its own.",
};

/** Arrivals are users that nobody has seen before: they have no connection to keep. */
export const connectionChoices = (open: boolean) =>
  open ? [shared, limited] : [shared, limited, perUser];

export const aboutOf = (choices: readonly Choice<string>[], value: string) =>
  choices.find((choice) => choice.value === value)?.about;
