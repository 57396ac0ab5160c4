import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ONRUSH, OnrushProcess } from "./onrushProcess.ts";
import { startEmbedded, startTarget, type TestPlatform, type TestTarget } from "./platforms.ts";
import { expectAllSent, expectAllStarted, withheldInRun } from "./standstills.ts";
import { writtenRun } from "./writtenRun.ts";

let folder: string;
let target: TestTarget;
let platform: TestPlatform;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "onrush-e2e-"));
  [target, platform] = await Promise.all([startTarget("known"), startEmbedded(1)]);
});
afterAll(async () => {
  await Promise.all([target?.stop(), platform?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function onrush(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const process = new OnrushProcess(args, { ONRUSH_DATA: folder, ...env });
  const code = await process.exited;
  return { code, output: process.output };
}

/** What the target has counted since it was asked last. */
async function requestsOf(): Promise<number> {
  const stats = (await (await fetch(`${target.url}/__stats`)).json()) as { received: number };
  await fetch(`${target.url}/__reset`, { method: "POST" });
  return stats.received;
}

const yaml = `
name: "by \${WHO:-nobody}"
targetUrl: \${BASE}/x
durationSeconds: 1
loadProfile: { type: CONSTANT, initialRps: "\${RPS:-10}" }
`;

describe("validate", () => {
  test("tells all problems of all files and exits with 2", async () => {
    const good = await file("good.yaml", yaml);
    const bad = await file("bad.yaml", yaml.replace("durationSeconds: 1", "durationSecond: 0"));
    const { code, output } = await onrush(["validate", good, bad, "-e", "BASE=http://127.0.0.1:1"]);
    expect(code).toBe(2);
    expect(output).toContain(`${good}: valid`);
    expect(output).toContain(`${bad}: 2 problems`);
    expect(output).toContain(
      '  4:1  durationSecond: unknown field; did you mean "durationSeconds"?',
    );
    expect((await onrush(["validate", good], { BASE: "http://127.0.0.1:1" })).code).toBe(0);
  });

  test("--json is for programs", async () => {
    const bad = await file("bad.json", '{\n  "name": 5\n}');
    const { code, output } = await onrush(["validate", bad, "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(output)).toMatchObject([
      { file: bad, valid: false, problems: [{ path: "name", line: 2, column: 11 }, {}, {}] },
    ]);
  });

  test("50 MB are refused without being read", async () => {
    const large = await file("large.yaml", `name: ${"x".repeat(50_000_000)}`);
    expect(await onrush(["validate", large])).toMatchObject({
      ...{ code: 2, output: expect.stringContaining("is larger than 1 MB") },
    });
  });
});

describe("import", () => {
  const har = (text: string) => {
    const postData = { mimeType: "text/plain", text };
    const request = { method: "POST", url: "http://h/", postData };
    return JSON.stringify({ log: { entries: [{ _resourceType: "xhr", request }] } });
  };

  test("reads a recording with a byte order mark", async () => {
    const recording = await file("recording.har", `\uFEFF${har("x")}`);
    const { code, output } = await onrush(["import", recording]);
    expect([code, output]).toEqual([0, expect.stringContaining('"url": "http://h/"')]);
  });

  test("makes no scenario that would be refused for its size", async () => {
    const recording = await file("large.har", har("x".repeat(12_000_000)));
    const { code, output } = await onrush(["import", recording]);
    expect([code, output]).toEqual([2, expect.stringContaining("larger than 1 MB")]);
  });
});

describe("a YAML scenario with variables", () => {
  test("runs embedded with what -e and --set say, and with as many requests", async () => {
    const path = await file("run.yaml", yaml);
    await requestsOf();
    const rps = "loadProfile.initialRps=30";
    const written = join(folder, "embedded.json");
    const variables = ["-e", `BASE=${target.url}`, "-e", "WHO=me", "--set", rps];
    const args = ["run", path, ...variables, "--json", written];
    const { code, output } = await onrush(args, { BASE: "http://127.0.0.1:1" });
    expect(output).toContain("by me: COMPLETED");
    expect([0, 4]).toContain(code);
    expectAllSent(await writtenRun(written), 30, await requestsOf());
  });

  test("keeps what came from a variable that is a secret to itself", async () => {
    const body = `\nmethod: POST\nbody: { pin: "\${PIN_SECRET}" }\nheaders: { Authorization: Bearer hidden-2 }`;
    const path = await file("secret.yaml", `${yaml}${body}`);
    const env = { ONRUSH_CONTROLLER: platform.api.url, BASE: target.url, PIN_SECRET: "hidden-1" };
    const { output } = await onrush(["run", path, "--json", join(folder, "secret.json")], env);
    expect(output).toContain("COMPLETED");
    const stored = JSON.stringify(await platform.api.call("GET", "/api/v1/scenarios"));
    expect(stored).toContain('"pin":"***"');
    expect(stored).toContain('"Authorization":"Bearer ***"');
    const report = await readFile(join(folder, "secret.json"), "utf8");
    expect(`${output}${stored}${report}`).not.toMatch(/hidden-[12]/);
  });

  test("runs at a controller, which is named by the environment", async () => {
    const path = await file("remote.yaml", yaml);
    await requestsOf();
    const env = { ONRUSH_CONTROLLER: platform.api.url, BASE: target.url, WHO: "remote" };
    const written = join(folder, "remote.json");
    const { code, output } = await onrush(["run", path, "--json", written], env);
    expect(output).toContain("by remote: COMPLETED");
    expect([0, 4]).toContain(code);
    expectAllSent(await writtenRun(written), 10, await requestsOf());
  });
});

describe("quick", () => {
  test("-n makes exactly so many requests, however long the bodies are", async () => {
    let answered = 0;
    const server = createServer((_, response) => {
      answered++;
      response.end("x".repeat((answered * 7_919) % 3_000));
    });
    const url = await new Promise<string>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`);
      });
    });
    const { code, output } = await onrush(["quick", url, "-n", "10000", "-c", "100"]);
    server.close();
    expect([0, 4]).toContain(code);
    expect(output).toContain("10,000 sent, 10,000 ok, 0 failed, 0 interrupted");
    expect(answered).toBe(10_000);
  });
});

describe("output", () => {
  const quick = () => ["quick", `${target.url}/`, "--rps", "20", "--duration", "3s"];

  test("is a banner and a line per interval where there is no terminal", async () => {
    const written = join(folder, "lines.json");
    const { output } = await onrush([...quick(), "--update", "1s", "--json", written]);
    expect(output).toMatch(/^Target: +http:\/\/127\.0\.0\.1:\d+\/$/m);
    expect(output).toMatch(/^Target RPS: +20 requests\/second$/m);
    expect(output).toMatch(/^Load test started at \d\d:\d\d:\d\d$/m);
    const line =
      /^Total: +(\d+) \| Success: +\d+ \| Failed: +0 \| RPS: +(\d+\.\d) \| Success Rate: 100\.0% \| Latency \(ms\): avg=[\d.]+ min=[\d.]+ max=[\d.]+ p95=[\d.]+$/gm;
    const run = await writtenRun(written);
    expectAllStarted(run, 60);
    const lines = [...output.matchAll(line)].map(([, total, rps]) => [Number(total), Number(rps)]);
    expect(lines).toHaveLength(3);
    let before = 0;
    // A busy machine may shift some requests from one second into the next.
    const shifted = 2 + (20 * withheldInRun(run)) / 1000;
    for (const [total = NaN, rps = NaN] of lines) {
      expect(total).toBeGreaterThan(before);
      expect(Math.abs(rps - 20)).toBeLessThanOrEqual(shifted);
      before = total;
    }
    expect(before).toBe(run.ledger.started);
    expect(output).not.toContain("\x1b");
  });

  test("has the percentiles that were asked for, here and at a controller", async () => {
    for (const there of [[], ["--controller", platform.api.url]]) {
      const args = [...quick(), "--percentiles", "50,66,99.9,100", ...there];
      const { output } = await onrush(args);
      expect(output).toMatch(/^ +50% .*\n +66% .*\n +99\.9% .*\n +100% .*$/m);
    }
    const wrong = await onrush([...quick(), "--percentiles", "50,101"]);
    expect(wrong).toMatchObject({ code: 2, output: expect.stringContaining("0 to 100") });
  });

  test("may be closed before its end", async () => {
    const words = quick()
      .map((word) => `'${word}'`)
      .join(" ");
    // What it says of itself goes to a file: the pipe is closed after the first line.
    const errors = join(folder, "errors");
    const text = `("${ONRUSH}" ${words}; echo "code $?" >>"${errors}") 2>"${errors}" | head -n 1`;
    await new OnrushProcess(["-c", text], {}, "sh").exited;
    const told = await readFile(errors, "utf8");
    expect(told).toMatch(/^code [04]$/m);
    expect(told).not.toMatch(/EPIPE|Error:|^\s+at /m);
  });
});

describe("list and stop", () => {
  test("show what goes on at a controller, and end it", async () => {
    const { runId } = await platform.api.start({
      ...{ name: "long", targetUrl: target.url, durationSeconds: 600 },
      loadProfile: { type: "CONSTANT", initialRps: 10 },
    });
    await platform.api.until(runId, (run) => run.state === "RUNNING");
    const there = ["--controller", platform.api.url];
    const listed = await onrush(["list", ...there]);
    expect(listed.output).toMatch(new RegExp(`^${runId}  RUNNING .* long$`, "m"));
    const stopped = await onrush(["stop", runId.slice(0, 8), ...there]);
    expect(stopped).toMatchObject({ code: 0, output: `stopping long (${runId})\n` });
    expect((await platform.api.ended(runId)).state).toBe("STOPPED");
    const again = await onrush(["stop", runId, ...there]);
    expect(again.output).toBe(`long (${runId}) has ended: STOPPED\n`);
    const json = await onrush(["list", "--json", "--limit", "1", ...there]);
    expect(JSON.parse(json.output)).toMatchObject([{ id: runId, state: "STOPPED" }]);
  });

  test.each([
    [["stop", "latest"], 1, "no run is going on at"],
    [["stop", "nonsense"], 1, 'There is no run with the id "nonsense"'],
    [["list", "--limit", "0"], 2, "--limit"],
  ])("%j is answered by what to do", async (args, code, text) => {
    const ended = await onrush(args, { ONRUSH_CONTROLLER: platform.api.url });
    expect(ended.output).toContain(text);
    expect(ended.code).toBe(code);
  });

  test("without a controller say how to start one", async () => {
    const { code, output } = await onrush(["list", "--controller", "http://127.0.0.1:1"]);
    expect(output).toContain("no controller answers at http://127.0.0.1:1: start one with");
    expect(code).toBe(1);
  });
});
