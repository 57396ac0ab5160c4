import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { readFileLimit } from "../health/systemLimits.ts";
import { EngineThreads } from "./engineThreads.ts";

let engine: EngineThreads | undefined;
afterEach(() => engine?.close());

test.runIf(process.platform === "linux")(
  "engine threads find room for the files of 10,000 connections",
  async () => {
    engine = await EngineThreads.start(
      1,
      () => {},
      () => {},
    );
    const status = readFileSync("/proc/self/status", "utf8");
    const places = Number(/^FDSize:\s+(\d+)/m.exec(status)?.[1]);
    expect(places).toBeGreaterThanOrEqual(Math.min(10_000, (readFileLimit() ?? Infinity) - 256));
  },
);
