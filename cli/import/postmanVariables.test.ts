import { expect, test } from "vitest";
import { environmentName, PostmanVariables } from "./postmanVariables.ts";
import type { Note } from "./imported.ts";

const variables = [
  { key: "a", value: "1" },
  { key: "b", value: "<{{a}}>" },
  { key: "loop", value: "{{loop}}" },
  { key: "off", value: "x", disabled: true },
  { key: "empty", value: "" },
];
const filled = (text: string) => {
  const left: Note[] = [];
  return { text: new PostmanVariables(variables, left).fill(text), noted: left.length };
};

test.each<[string, string, number]>([
  ["{{a}}/{{ b }}", "1/<1>", 0],
  ["{{$guid}}", "{{uuid}}", 0],
  ["{{off}} {{off}} {{empty}}", "${OFF} ${OFF} ${EMPTY}", 2],
  ["{{}} {{", '{{"{{"}}}} {{"{{"}}', 0],
  ["${x}", "$${x}", 0],
  ["{{loop}}", "${LOOP}", 1],
])("%s becomes %s", (text, expected, noted) => {
  expect(filled(text)).toEqual({ text: expected, noted });
});

test.each([
  ["baseUrl", "BASE_URL"],
  ["api-key 2", "API_KEY_2"],
  ["2nd", "_2ND"],
  ["user", "API_USER"],
])("the variable %s is %s in the environment", (name, expected) => {
  expect(environmentName(name)).toBe(expected);
});
