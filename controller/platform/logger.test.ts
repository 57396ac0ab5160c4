import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";

test("logs JSON lines with error stacks and without secrets", () => {
  const lines: string[] = [];
  const logger = createLogger({ level: "info" }, { write: (line) => lines.push(line) });
  const headers = { authorization: "Bearer x" };
  logger.error({ err: new Error("broke"), headers, token: "y" }, "request failed");
  logger.warn("only a sentence");
  logger.debug({}, "too fine");
  const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toHaveLength(2);
  expect(first).toMatchObject({ msg: "request failed", err: { message: "broke" } });
  expect(lines[0]).not.toMatch(/Bearer|"y"/);
  expect(second).toMatchObject({ msg: "only a sentence", name: "controller" });
});
