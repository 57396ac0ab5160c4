import { expect, test } from "vitest";
import { decodeReport } from "@onrush/shared/wire/reports.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { ToEngine } from "../engine/engineMessages.ts";
import type { EngineThreads } from "./engineThreads.ts";
import { ShareSession } from "./shareSession.ts";

const task = { runId: "run", share: "0/0", epoch: 1, token: 1 } as Task;
const clock = { commonMinusMonotonicUs: 0, offsetUs: 0, errorUs: 0 };

/** A session whose threads and reports the test sees; `hear` answers the report under way. */
function session() {
  const said: string[] = [];
  const sent: string[] = [];
  let hear: () => void = () => {};
  const threads = {
    count: 1,
    prepare: () => sent.push("prepare"),
    send: (message: ToEngine) => sent.push(message.type),
  } as unknown as EngineThreads;
  const sink = {
    append: (_runId: string, bytes: Uint8Array) => {
      said.push(decodeReport(bytes).type);
      return new Promise<void>((resolve) => (hear = resolve));
    },
  };
  return { session: new ShareSession(task, "w", threads, sink), said, sent, hear: () => hear() };
}

test("a START that overtakes the answer to READY counts, and so does a STOP behind it", async () => {
  const { session: share, sent, hear } = session();
  const ready = share.ready(clock);
  share.start(1_000);
  share.stop();
  expect(sent).toEqual([]);
  hear();
  await ready;
  expect(sent).toEqual(["start", "stop"]);
  expect(share.phase).toBe("draining");
});

test("what was abandoned before ACCEPTED was heard is not prepared", async () => {
  const { session: share, said, sent, hear } = session();
  const begun = share.begin();
  share.abandon();
  hear();
  await begun;
  expect(said).toEqual(["accepted"]);
  expect(sent).toEqual(["drop"]);
});
