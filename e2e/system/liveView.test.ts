import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitUntil } from "../chaos/waitUntil.ts";
import { findOnPath } from "../services/findOnPath.ts";
import { startTarget, type TestTarget } from "./platforms.ts";
import { type Size, TerminalSession } from "./terminalSession.ts";

const CTRL_C = "\x03";

let folder: string;
let target: TestTarget;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "onrush-e2e-"));
  target = await startTarget("known", "--status-mix", "200:9,503:1");
  file = join(folder, "scenario.json");
  const step = (name: string) => ({ name, protocol: "http", url: `${target.url}/${name}` });
  const scenario = {
    ...{ name: "Shop", durationSeconds: 600, gracefulStopSeconds: 1 },
    loadProfile: { type: "CONSTANT", initialRps: 20 },
    steps: [step("search"), step("予約"), step("a step whose name is rather long")],
    sla: ["errorRate < 50%", "p50 < 1us"],
  };
  await writeFile(file, JSON.stringify(scenario));
});
afterAll(async () => {
  await target?.stop();
  await rm(folder, { recursive: true, force: true });
});

function runIn(size: Size, env: NodeJS.ProcessEnv = {}, ...more: string[]): TerminalSession {
  const settings = { ONRUSH_DATA: folder, WORKER_THREADS: "1", LOG_LEVEL: "silent", ...env };
  return new TerminalSession(["run", file, ...more], size, settings);
}

/** A second in which answers were measured is shown. */
const shown = (session: TerminalSession, percent = "") =>
  session.shows(new RegExp(`${percent} .* left\\n[^]*errors +[1-9]`));

/** A second with the rates that were asked for, in all and of each step. */
const RATES = new RegExp(
  [
    "^rate +60\\.0/s\\s+iterations 20\\.0/s of 20\\.0/s\\s+planned",
    ...["search", "予約", "a step"].map((name) => `^  ${name}.* 20\\.0/s  p95 +\\S+ ms`),
  ].join("[^]*"),
  "m",
);

/** The block is there once, whole, and no line of it is broken by the edge of the terminal. */
async function expectWhole(session: TerminalSession): Promise<void> {
  // A busy machine may shift some requests from one second into the next.
  await session.shows(RATES);
  const { text, lines } = session;
  expect(text.match(/^Shop +RUNNING$/gm)).toHaveLength(1);
  expect(text).toMatch(/^[█░]+ +\d+ % +\S+ of 10m0s, \S+ left$/m);
  expect(text).toMatch(/in flight \d+\s+sent \d+$/m);
  for (const name of ["response", "service"]) {
    const three = new RegExp(`^${name} +p50 \\S+ ms\\s+p95 \\S+ ms\\s+p99 \\S+ ms$`, "m");
    expect(text).toMatch(three);
  }
  expect(text).toMatch(/^errors +\d+ \(\d+\.\d\d %\)/m);
  expect(lines.filter(({ isWrapped }) => isWrapped)).toEqual([]);
  expect(session.isCursorShown).toBe(false);
}

const hasScript = process.platform === "linux" && (await findOnPath(["script"])) !== undefined;

describe.skipIf(!hasScript)("the live view (in a terminal of `script`, of util-linux)", () => {
  test.each([
    { columns: 40, rows: 24 },
    { columns: 80, rows: 24 },
    { columns: 200, rows: 50 },
  ])("in $columns columns has everything, in lines that fit", async (size) => {
    const session = runIn(size);
    await shown(session);
    await expectWhole(session);
    session.type(CTRL_C);
    expect(await session.ended()).toBe(130);
  });

  test("follows the terminal as it becomes narrower, lower and wide again", async () => {
    const session = runIn({ columns: 100, rows: 30 });
    await shown(session);
    for (const [columns, rows] of [
      [60, 30],
      [40, 20],
      [120, 40],
    ] as const) {
      await session.resize({ columns, rows });
      await session.shows(columns === 40 ? /p95 \S+ ms\n +p99/ : /p95 \S+ ms {2}p99/);
      await waitUntil("it is drawn anew", async () =>
        session.lines.every(({ isWrapped }) => !isWrapped),
      );
      await expectWhole(session);
    }
    session.type(CTRL_C);
    await session.ended();
    expect(session.text.match(/^Shop +RUNNING$/gm)).toBeNull();
  });

  test("gives the cursor back after Ctrl-C, and leaves the report in its place", async () => {
    const session = runIn({ columns: 100, rows: 40 });
    await shown(session);
    session.type(CTRL_C);
    expect(await session.ended()).toBe(130);
    expect(session.isCursorShown).toBe(true);
    expect(session.text).toContain("stopping; Ctrl-C again ends at once");
    expect(session.text).toMatch(/^Shop: STOPPED, /m);
    expect(session.text).not.toMatch(/in flight|RUNNING|\^C/);
  });

  test("gives the cursor back when it is ended at once", async () => {
    const silent = await startTarget("known", "--stall-after-ms", "1", "--stall-ms", "600000");
    const args = ["quick", `${silent.url}/`, "--rps", "5", "--duration", "600s"];
    const session = new TerminalSession(args, { columns: 80, rows: 24 }, { ONRUSH_DATA: folder });
    await session.shows(/in flight [1-9]/);
    session.type(CTRL_C);
    await session.shows(/stopping; Ctrl-C again ends at once/);
    expect(session.isCursorShown).toBe(false);
    session.type(CTRL_C);
    expect(await session.ended()).toBe(130);
    expect(session.isCursorShown).toBe(true);
    await silent.stop();
  });
});

describe.skipIf(!hasScript)("colours (in a terminal of `script`, of util-linux)", () => {
  const size = { columns: 100, rows: 50 };
  const short = ["--set", "durationSeconds=3"];

  test("are in the live view and in the summary", async () => {
    const session = runIn(size, {}, ...short);
    await shown(session);
    expect(session.lines.some(({ hasColours }) => hasColours)).toBe(true);
    expect([3, 4]).toContain(await session.ended());
    const coloured = session.lines.filter(({ hasColours }) => hasColours);
    expect(coloured.map(({ text }) => text).join("\n")).toMatch(/Shop: COMPLETED, .*SLA FAILED\n/);
    expect(coloured.some(({ text }) => text.includes("✓ errorRate < 50%"))).toBe(true);
    expect(coloured.some(({ text }) => text.includes("✗ p50 < 1us"))).toBe(true);
    expect(session.isCursorShown).toBe(true);
  });

  test("are none with NO_COLOR, and everything else is the same", async () => {
    const session = runIn(size, { NO_COLOR: "1" }, ...short);
    await shown(session);
    expect(session.lines.filter(({ hasColours }) => hasColours)).toEqual([]);
    expect([3, 4]).toContain(await session.ended());
    expect(session.lines.filter(({ hasColours }) => hasColours)).toEqual([]);
    expect(session.text).toMatch(/Shop: COMPLETED, .*SLA FAILED/);
  });

  test("a dumb terminal gets lines and no escape code", async () => {
    const session = runIn(size, { TERM: "dumb" }, ...short, "--update", "1s");
    expect([3, 4]).toContain(await session.ended());
    expect(session.written.match(/^Total: /gm)).toHaveLength(3);
    expect(session.written).toMatch(/Shop: COMPLETED, .*SLA FAILED/);
    expect(session.written).not.toContain("\x1b");
  });
});
