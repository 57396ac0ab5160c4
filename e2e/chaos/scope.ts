import type { TestContext } from "vitest";
import type { OnrushProcess } from "../system/onrushProcess.ts";

/** Of a test: what it started ends with it, and what that printed is shown when it fails. */
export type Scope = Pick<TestContext, "onTestFinished" | "onTestFailed">;

const SHOWN_LINES = 6;
const SHOWN_CHARACTERS = 300;
/** The line that every process begins with tells nothing of what went wrong. */
const GREETING = /^.*(?: is ready|listens at|controller at http).*\n/;

/** Ends hard and by its id, also when it stands still; nothing of it outlives the test. */
export function owned(scope: Scope, name: string, child: OnrushProcess): OnrushProcess {
  scope.onTestFinished(async () => void (await child.end("SIGKILL")));
  scope.onTestFailed(() => {
    const said = child.output.replace(GREETING, "").trim().split("\n").slice(-SHOWN_LINES);
    const lines = said.map((line) => line.slice(0, SHOWN_CHARACTERS));
    if (lines.join("") !== "") console.log(`${name}:\n${lines.join("\n")}`);
  });
  return child;
}
