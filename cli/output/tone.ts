import { styleText } from "node:util";

/** What a text is, which its colour shows. */
export type Tone = "plain" | "dim" | "good" | "warn" | "bad";

/** A text as a terminal gets it. */
export type Paint = (text: string, tone: Tone) => string;

const styles: Record<Exclude<Tone, "plain">, Parameters<typeof styleText>[0]> = {
  ...{ dim: "gray", good: "green", warn: "yellow", bad: "red" },
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Terminals that know no escape codes. */
export const isDumb = (environment: Environment) => environment["TERM"] === "dumb";

/** NO_COLOR with any value but the empty one, and terminals that say they are dumb. */
export function hasColors(environment: Environment): boolean {
  return !environment["NO_COLOR"] && !isDumb(environment);
}

export const uncoloured: Paint = (text) => text;

const coloured: Paint = (text, tone) =>
  tone === "plain" ? text : styleText(styles[tone], text, { validateStream: false });

/** For what is written to `stream`: colours only where a terminal shows them. */
export function painterFor(stream: { isTTY?: boolean }, environment: Environment): Paint {
  return stream.isTTY === true && hasColors(environment) ? coloured : uncoloured;
}
