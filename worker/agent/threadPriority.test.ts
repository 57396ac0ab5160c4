import { getPriority } from "node:os";
import { afterEach, expect, test } from "vitest";
import { EngineThreads } from "./engineThreads.ts";
import { threadIds } from "./threadPriority.ts";

let engine: EngineThreads | undefined;
afterEach(() => engine?.close());

test.runIf(process.platform === "linux")(
  "engine threads come before every other thread of their process",
  async () => {
    const before = getPriority();
    engine = await EngineThreads.start(
      2,
      () => {},
      () => {},
    );
    const engines = threadIds(true);
    expect(engines).toHaveLength(2);
    expect(engines.map((id) => getPriority(id))).toEqual([before, before]);
    const others = threadIds(false);
    expect(others).toContain(process.pid);
    expect(Math.min(...others.map((id) => getPriority(id)))).toBeGreaterThan(before);
  },
);
