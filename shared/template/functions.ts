import type { Expression } from "./parseTemplate.ts";

/** What a template can name besides data and variables. */
export const functionNames = [
  "uuid",
  "randomInt",
  "iteration",
  "user",
  "timestamp",
  "row",
  "base64",
  "sha256",
  "hmac",
] as const;
export type TemplateFunction = (typeof functionNames)[number];

const names: ReadonlySet<string> = new Set(functionNames);
export const isFunctionName = (name: string): name is TemplateFunction => names.has(name);

/** These always give a number, so that a JSON string of nothing else becomes one. */
export const numberFunctions: ReadonlySet<TemplateFunction> = new Set([
  "randomInt",
  "iteration",
  "user",
  "timestamp",
  "row",
]);

const usage: Partial<Record<TemplateFunction, string>> = {
  randomInt: "randomInt takes two whole numbers, the smaller first: {{randomInt 1 10}}",
  base64: 'base64 takes at least one value: {{base64 "user:" vars.password}}',
  sha256: "sha256 takes at least one value: {{sha256 data.users.password}}",
  hmac: "hmac takes a key and at least one value: {{hmac data.users.key timestamp}}",
};

/** What is wrong with the arguments of a call, or undefined. */
export function arityProblem(
  name: TemplateFunction,
  args: readonly Expression[],
): string | undefined {
  switch (name) {
    case "randomInt": {
      const [from, to] = randomIntRange(args);
      const fits = args.length === 2 && Number.isSafeInteger(from) && Number.isSafeInteger(to);
      return fits && from <= to && Number.isSafeInteger(to - from) ? undefined : usage[name];
    }
    case "base64":
    case "sha256":
      return args.length >= 1 ? undefined : usage[name];
    case "hmac":
      return args.length >= 2 ? undefined : usage[name];
    case "uuid":
    case "iteration":
    case "user":
    case "timestamp":
    case "row":
      return args.length === 0 ? undefined : `${name} takes no arguments`;
  }
}

/** NaN for what is not a number. */
export function randomIntRange(args: readonly Expression[]): [from: number, to: number] {
  const [from = Number.NaN, to = Number.NaN] = args.map((arg) =>
    arg.kind === "text" && arg.text !== "" ? Number(arg.text) : Number.NaN,
  );
  return [from, to];
}
