import { parseArgs } from "node:util";

export const groupNames = [
  ...(["closed", "open", "threads", "language", "worker", "platform"] as const),
  ...(["intake", "startup", "refusals", "transports", "micro"] as const),
] as const;
export type GroupName = (typeof groupNames)[number];

export interface Options {
  groups: readonly GroupName[];
  /** Counted ones; one more warms up. */
  rounds: number;
  seconds: number;
  /** Where the results go as JSON. */
  json: string | undefined;
  readme: boolean;
  install: boolean;
  help: boolean;
}

export const USAGE = `pnpm bench [--only GROUP]… [--rounds N] [--seconds S] [--json FILE] [--readme] [--install]

Runs Onrush side by side with every load generator found on this machine. Ends with 1 when a
limit does not hold.

  --only GROUP  ${groupNames.join(", ")}; may be given more than once (default: all)
  --rounds N    rounds that count, after one that warms up (default 5)
  --seconds S   length of each (default 5)
  --json FILE   writes the results
  --readme      puts them into README.md as well
  --install     first gets missing tools from Debian (as root): wrk, hey, ab, nginx
`;

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`--${name} is a whole number ≥ 1`);
  return value;
}

function groupName(text: string): GroupName {
  const name = groupNames.find((known) => known === text);
  if (name === undefined) throw new RangeError(`--only is one of ${groupNames.join(", ")}`);
  return name;
}

/** Throws (RangeError, or parseArgs' TypeError) with a message for people. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", multiple: true },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "5" },
      json: { type: "string" },
      readme: { type: "boolean", default: false },
      install: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { only, readme, install, help } = values;
  if (readme && only !== undefined) {
    throw new RangeError("--readme needs all groups: leave out --only");
  }
  const chosen = only?.map(groupName);
  return {
    groups: groupNames.filter((name) => chosen?.includes(name) ?? true),
    rounds: wholeNumber("rounds", values.rounds),
    seconds: wholeNumber("seconds", values.seconds),
    json: values.json,
    ...{ readme, install, help },
  };
}
