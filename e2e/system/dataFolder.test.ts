import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitUntil } from "../chaos/waitUntil.ts";
import { Api } from "./api.ts";
import { OnrushProcess } from "./onrushProcess.ts";
import { startTarget, type TestTarget } from "./platforms.ts";
import { expectAllSent, expectAllStarted } from "./standstills.ts";
import { writtenRun } from "./writtenRun.ts";

let folder: string;
let target: TestTarget;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "onrush-e2e-"));
  target = await startTarget("known");
});
afterAll(async () => {
  await target?.stop();
  await rm(folder, { recursive: true, force: true });
});

const startUp = (workers = 1) =>
  new OnrushProcess(["up"], {
    ...{ PORT: "0", WORKERS: String(workers), WORKER_THREADS: "1", ONRUSH_DATA: folder },
  });

async function apiOf(up: OnrushProcess): Promise<Api> {
  const [, url = ""] = await up.waitFor(/is up at (http:\S+)/);
  return new Api(url);
}

const load = (durationSeconds: number) => ({
  ...{ name: "one folder", targetUrl: `${target.url}/`, durationSeconds, numWorkers: 1 },
  loadProfile: { type: "CONSTANT" as const, initialRps: 50 },
});

async function seenByTarget(): Promise<number> {
  const answer = await fetch(`${target.url}/__stats`);
  return ((await answer.json()) as { received: number }).received;
}

test("a second platform on a folder is refused, and the first one's run goes on to its end", async () => {
  const first = startUp();
  const api = await apiOf(first);
  const before = await seenByTarget();
  const { runId } = await api.start(load(6));
  await api.until(runId, ({ state }) => state === "RUNNING");

  const second = startUp();
  expect(await second.exited).toBe(1);
  expect(second.output).toContain(`another Onrush platform is running on ${folder}`);
  expect(second.output).toContain("ONRUSH_DATA=");
  expect(second.groupAlive).toBe(false);

  const quick = ["quick", `${target.url}/`, "--rps", "10", "--duration", "1s"];
  const written = join(folder, "beside.json");
  const beside = new OnrushProcess([...quick, "--json", written], {
    WORKER_THREADS: "1",
    ONRUSH_DATA: folder,
  });
  await beside.waitFor(/: COMPLETED, /);
  await beside.exited;

  const run = await api.ended(runId);
  expect(run.state).toBe("COMPLETED");
  const quickRun = await writtenRun(written);
  expectAllStarted(quickRun, 10);
  expectAllSent(run, 300, (await seenByTarget()) - before - quickRun.ledger.started);
  const next = await api.ended((await api.start(load(1))).runId);
  expect(next.state).toBe("COMPLETED");
  await first.end();
});

test("a platform that was killed leaves its folder and its run to the next", async () => {
  const killed = startUp();
  const left = await (await apiOf(killed)).start(load(600));
  await (await apiOf(killed)).until(left.runId, ({ state }) => state === "RUNNING");
  killed.child.kill("SIGKILL");
  await waitUntil("no process of it is left", async () => !killed.groupAlive);

  // One for each run: the run that was left may be the first to find a worker, and keep it.
  const up = startUp(2);
  const api = await apiOf(up);
  const { runId } = await api.start(load(1));
  expect((await api.ended(runId)).state).toBe("COMPLETED");
  // The run that was left finds a worker, too.
  await api.until(left.runId, ({ events }) =>
    events.some(({ text }) => text.includes("takes over share")),
  );
  await up.end();
});
