import { expect, test } from "vitest";
import { ShareCounts } from "./shareCounts.ts";

test("what threads write into their places is read as a sum", () => {
  const memory = ShareCounts.memoryFor(3);
  const threads = [0, 1, 2].map(() => new ShareCounts(memory));
  threads.forEach((counts, i) =>
    counts.write(i, { started: 10 ** i, ended: i, dropped: i, requests: 20 * i }),
  );
  threads[1]?.write(1, { started: 3_000_000_000, ended: 4, dropped: 5, requests: 6_000_000_000 });
  expect(new ShareCounts(memory).read()).toEqual({
    ...{ started: 3_000_000_101, ended: 6, dropped: 7, requests: 6_000_000_040 },
  });
});
