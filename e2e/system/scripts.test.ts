import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OnrushProcess } from "./onrushProcess.ts";
import { startDistributed, startEmbedded, startTarget, type TestTarget } from "./platforms.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

describe("test-platform.sh", () => {
  let target: TestTarget;
  beforeAll(async () => {
    target = await startTarget("sms-gateway");
  });
  afterAll(() => target?.stop());

  const platforms = [
    ["embedded", () => startEmbedded(1)],
    ["on Redis and MongoDB", () => startDistributed(2)],
  ] as const;

  test.each(platforms)("passes on a platform %s", async (_name, start) => {
    const platform = await start();
    const env = { BASE_URL: platform.api.url, TARGET_URL: target.url };
    const script = new OnrushProcess([], env, join(root, "test-platform.sh"));
    const code = await script.exited;
    await platform.stop();
    expect(code, script.output).toBe(0);
    for (const profile of ["CONSTANT", "RAMP", "BURST", "SPIKE"]) {
      expect(script.output).toMatch(new RegExp(`${profile}.*ok`, "i"));
    }
  });

  test("fails, and says why, where no platform answers", async () => {
    const env = { BASE_URL: "http://127.0.0.1:1", TARGET_URL: target.url, WAIT_SECONDS: "2" };
    const script = new OnrushProcess([], env, join(root, "test-platform.sh"));
    expect(await script.exited).not.toBe(0);
    expect(script.output).toContain("http://127.0.0.1:1");
  });
});

describe("a fresh copy of the repository", () => {
  let copy: string;
  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), "onrush-fresh-"));
    const { stdout } = await run(
      "git",
      ["ls-files", "--cached", "--others", "--exclude-standard"],
      {
        cwd: root,
        maxBuffer: 16 * 1024 * 1024,
      },
    );
    for (const file of stdout.split("\n").filter((line) => line !== "")) {
      await cp(join(root, file), join(copy, file), { errorOnExist: false }).catch(
        (error: unknown) => {
          // A file that is deleted but not yet committed.
          if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        },
      );
    }
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  test("npm start installs what is missing, serves the dashboard, and ends on Ctrl-C", async () => {
    const env = { PORT: "0", ONRUSH_DATA: join(copy, "data") };
    const npm = new OnrushProcess(["start", "--prefix", copy], env, "npm");
    const [, url = ""] = await npm.waitFor(/up at (http:\S+)/, 170_000);
    const page = await fetch(`${url}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<div id="root">');
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    npm.signalGroup("SIGINT");
    await npm.exited;
    await expect.poll(() => npm.groupAlive).toBe(false);
  });
});
