import { expect, test } from "vitest";
import type { StreamEntry } from "../ports.ts";
import { createLocalReportStream } from "./localReportStream.ts";

test("a stream that nobody trims keeps its newest 200,000 reports, at their positions", async () => {
  const stream = createLocalReportStream(() => undefined);
  const report = Uint8Array.of(1);
  for (let number = 1; number <= 210_000; number++) stream.append("run", report);
  const firstRead = Promise.withResolvers<readonly StreamEntry[]>();
  const stop = stream.read("run", "0", (entries) => firstRead.resolve(entries));
  const [first] = await firstRead.promise;
  await stop();
  expect(first?.position).toBe("10001");
});
