import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { XMLValidator } from "fast-xml-parser";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { type Browser, chromium } from "playwright-core";
import { comparisonSchema } from "@onrush/shared/analysis/comparison.ts";
import type { RunView } from "@onrush/shared/api/runView.ts";
import { type RunReport, runReportSchema } from "@onrush/shared/report/runReport.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHROMIUM_FLAGS, findChromium } from "../services/chromium.ts";
import { OnrushProcess } from "./onrushProcess.ts";
import { engines, startTarget, type TestPlatform, type TestTarget } from "./platforms.ts";
import { expectAllStarted } from "./standstills.ts";

const HOSTILE = `Shop <script>document.title = "taken"</script>`;

let target: TestTarget;
let browser: Browser;
let scratch: string;

beforeAll(async () => {
  const found = await findChromium();
  if (!("executablePath" in found)) throw new Error(`no browser: ${found.unavailable}`);
  const { executablePath } = found;
  // An odd number in turn, so that both of two alternating steps get every status.
  target = await startTarget("known", "--status-mix", "200:8,500:1");
  browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] });
  scratch = await mkdtemp(join(tmpdir(), "onrush-e2e-"));
});
afterAll(async () => {
  await browser?.close();
  await target?.stop();
  await rm(scratch, { recursive: true, force: true });
});

const step = (name: string) => ({
  ...{ name, protocol: "http" as const, url: `${target.url}/${name}?key=hidden` },
  headers: { Authorization: "Bearer hidden" },
  checks: ["status == 200"],
});

/** Opens a page as a file, without a network; answers its title, charts and requests. */
async function openOffline(file: string) {
  const context = await browser.newContext({ offline: true });
  const page = await context.newPage();
  const [asked, complaints]: [string[], string[]] = [[], []];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(pathToFileURL(file).href);
  const seen = {
    title: await page.title(),
    heading: await page.locator("h1").textContent(),
    charts: await page.locator("figure svg").count(),
    lines: await page.locator("polyline.line").count(),
  };
  await context.close();
  return { ...seen, asked, complaints };
}

describe.each(engines)("reports of a run %s", (_engine, start) => {
  let platform: TestPlatform;
  let run: RunView;
  const get = async (path: string) => {
    const answer = await fetch(`${platform.api.url}/api/v1/runs/${run.id}/${path}`);
    expect(answer.status, path).toBe(200);
    return answer.text();
  };

  beforeAll(async () => {
    platform = await start(2);
    const { runId } = await platform.api.start({
      ...{ name: HOSTILE, numWorkers: 2, durationSeconds: 6 },
      loadProfile: { type: "CONSTANT", initialRps: 50 },
      steps: [step("login"), step("search")],
    });
    run = await platform.api.ended(runId);
  });
  afterAll(() => platform?.stop());

  test("JSON has the run, and seconds that add up to its summary", async () => {
    const report: RunReport = runReportSchema.parse(JSON.parse(await get("report.json")));
    expect(report).toMatchObject({ id: run.id, summary: run.summary, ledger: run.ledger });
    const sent = report.seconds.reduce((sum, second) => sum + second.sent, 0);
    expect(sent).toBe(run.summary?.requests.sent);
    expect(report.intervals.reduce((sum, span) => sum + span.sent, 0)).toBe(sent);
  });

  test("CSV has the same requests", async () => {
    const [head = "", ...rows] = (await get("report.csv")).trimEnd().split("\r\n");
    const at = head.split(",").indexOf("sent");
    const sent = rows.reduce((sum, row) => sum + Number(row.split(",")[at]), 0);
    expect(sent).toBe(run.summary?.requests.sent);
  });

  test("the histogram of the whole run has the counts and percentiles of its summary", async () => {
    const hdr = decodeFromCompressedBase64((await get("histogram?format=v2")).trim());
    const { response } = run.summary ?? {};
    expect(hdr.totalCount).toBe(response?.count);
    // Ranks are rounded to the nearest there, up here: the next value in the same place.
    const p95 = response?.p95 ?? NaN;
    expect(Math.abs(hdr.getValueAtPercentile(95) / 1000 - p95) / p95).toBeLessThan(0.05);
    const { buckets } = JSON.parse(await get("histogram")) as { buckets: { count: number }[] };
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(response?.count);
  });

  test("JUnit XML is well-formed and fails by the checks", async () => {
    const text = await get("junit.xml");
    expect(XMLValidator.validate(text)).toBe(true);
    expect(text.match(/classname="checks" time="0"><failure/g)).toHaveLength(2);
  });

  test("no report has what is secret", async () => {
    for (const path of ["report.html", "report.json", "report.csv?steps=true", "junit.xml"]) {
      expect(await get(path), path).not.toContain("hidden");
    }
  });

  test("a run compared to itself is the same", async () => {
    const comparison = comparisonSchema.parse(JSON.parse(await get(`compare?to=${run.id}`)));
    expect(comparison.verdict).toBe("same");
  });

  test("the command line writes the documents of its run, whose page opens offline", async () => {
    const file = (name: string) => join(scratch, `${run.id}-${name}`);
    const command = new OnrushProcess([
      ...["quick", `${target.url}/`, "--rps", "50", "--duration", "6s", "--quiet"],
      ...["--controller", platform.api.url, "--json", file("run.json")],
      ...["--html", file("run.html"), "--csv", file("run.csv")],
      ...["--junit", file("run.xml"), "--hgrm", file("run.hgrm")],
    ]);
    expect([0, 4], command.output).toContain(await command.exited);
    const report = runReportSchema.parse(JSON.parse(await readFile(file("run.json"), "utf8")));
    expectAllStarted(report, 300);
    const { started } = report.ledger;
    expect(report.summary?.requests.sent).toBe(started);
    expect(await readFile(file("run.csv"), "utf8")).toMatch(/^second,workload,step,planned/);
    expect(XMLValidator.validate(await readFile(file("run.xml"), "utf8"))).toBe(true);
    const counted = /Total count += +(\d+)\]/.exec(await readFile(file("run.hgrm"), "utf8"));
    expect(Number(counted?.[1])).toBe(started);
    const opened = await openOffline(file("run.html"));
    expect(opened).toMatchObject({ complaints: [], heading: report.scenarioName });
    expect(opened.asked).toHaveLength(1);
    expect(opened.charts).toBeGreaterThanOrEqual(8);
    expect(opened.lines).toBeGreaterThan(10);
    const compare = ["compare", run.id, file("run.json"), "--controller", platform.api.url];
    const compared = new OnrushProcess([...compare, "--json"]);
    expect(await compared.exited, compared.output).toBe(0);
    const { notes } = comparisonSchema.parse(JSON.parse(compared.output));
    expect(notes.join()).toContain("the scenarios differ in");
  });

  test("a hostile name stays text, and the dashboard offers every report", async () => {
    const page = await browser.newPage();
    const url = `${platform.api.url}/api/v1/runs/${run.id}/report.html`;
    await page.goto(url);
    expect(await page.title()).toContain("<script>");
    expect(await page.locator("h1").textContent()).toBe(HOSTILE);
    await page.goto(`${platform.api.url}/runs/${run.id}`);
    await page.getByTestId("reports").click();
    const links = page.getByTestId("report-link");
    await links.first().waitFor();
    for (const link of await links.all()) {
      const answer = await fetch(new URL((await link.getAttribute("href")) ?? "", url));
      expect(answer.status).toBe(200);
    }
    expect(await links.count()).toBe(6);
    await page.close();
  });
});

test("an embedded run writes the same documents", async () => {
  const file = (name: string) => join(scratch, `embedded-${name}`);
  const command = new OnrushProcess([
    ...["quick", `${target.url}/`, "-n", "500", "-c", "5", "--quiet"],
    ...["--json", file("run.json"), "--html", file("run.html"), "--csv", file("run.csv")],
  ]);
  expect([0, 4], command.output).toContain(await command.exited);
  const report = runReportSchema.parse(JSON.parse(await readFile(file("run.json"), "utf8")));
  expect(report).toMatchObject({ state: "COMPLETED", summary: { requests: { sent: 500 } } });
  expect((await openOffline(file("run.html"))).complaints).toEqual([]);
  expect(await readFile(file("run.csv"), "utf8")).toContain("\r\n0,,");
});
