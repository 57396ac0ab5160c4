import { XMLValidator } from "fast-xml-parser";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { comparisonSchema } from "@onrush/shared/analysis/comparison.ts";
import { csvColumns } from "@onrush/shared/report/secondsCsv.ts";
import { measuredRun, measuredSeconds } from "@onrush/shared/report/reports.testing.ts";
import { histogramDocumentSchema } from "@onrush/shared/report/runHistogram.ts";
import { runReportSchema } from "@onrush/shared/report/runReport.ts";
import { sendJson, startTestServer, type TestServer } from "../http/testServer.ts";

const names = {
  workloads: [{ name: "main", steps: [{ name: "login" }, { name: "search" }] }],
};
const http = { protocol: "http", url: "http://127.0.0.1:9/" };
const scenario = {
  ...{ name: "Shop", durationSeconds: 10, autoStart: false },
  loadProfile: { type: "CONSTANT", initialRps: 20 },
  steps: [
    { ...http, name: "login", headers: { Authorization: "Bearer hidden" } },
    { ...http, name: "search" },
  ],
};

let server: TestServer;
let path: string;
const run = measuredRun({ names });

beforeAll(async () => {
  server = await startTestServer();
  const created = (await (await sendJson(`${server.api}/scenarios`, "POST", scenario)).json()) as {
    id: string;
  };
  const started = await sendJson(`${server.api}/scenarios/${created.id}/runs`, "POST", {});
  const { runId } = (await started.json()) as { runId: string };
  server.runs.all.set(runId, { ...run, id: runId });
  server.runs.records.set(runId, measuredSeconds({ names }));
  path = `${server.api}/runs/${runId}`;
});
afterAll(() => server.close());

async function get(what: string) {
  const answer = await fetch(`${path}/${what}`);
  const text = await answer.text();
  return { status: answer.status, text, type: answer.headers.get("content-type") ?? "" };
}

describe("report.json", () => {
  test("is what its schema says, with every second", async () => {
    const { text, type } = await get("report.json");
    expect(type).toContain("application/json");
    const report = runReportSchema.parse(JSON.parse(text));
    expect(report).toMatchObject({ summary: run.summary, scenario: { name: "Shop" } });
    expect(report.seconds.map(({ second }) => second)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(report.seconds[0]).toMatchObject({ planned: 20, sent: 40 });
    expect(report.intervals).toHaveLength(10);
  });

  test("tells no secret of the scenario", async () => {
    for (const what of ["report.html", "report.json", "report.csv", "junit.xml"]) {
      expect((await get(what)).text).not.toContain("hidden");
    }
  });
});

test("report.csv has a row per second, and per step when asked", async () => {
  const { text, type } = await get("report.csv");
  expect(type).toBe("text/csv; charset=utf-8");
  const lines = text.trimEnd().split("\r\n");
  expect(lines[0]).toBe(csvColumns.join(","));
  expect(lines).toHaveLength(11);
  expect((await get("report.csv?steps=true")).text.trimEnd().split("\r\n")).toHaveLength(31);
});

test("report.html is a page that may load and run nothing", async () => {
  const answer = await fetch(`${path}/report.html`);
  expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(answer.headers.get("content-security-policy")).toMatch(/^default-src 'none'/);
  expect(await answer.text()).toContain("<h1>Shop</h1>");
});

test("junit.xml is well-formed", async () => {
  const { text, type } = await get("junit.xml");
  expect(type).toBe("application/xml; charset=utf-8");
  expect(XMLValidator.validate(text)).toBe(true);
});

describe("histogram", () => {
  test("is JSON by default, with the percentiles asked for", async () => {
    const { text } = await get("histogram?percentiles=50,66,99");
    const document = histogramDocumentSchema.parse(JSON.parse(text));
    expect(document).toMatchObject({ kind: "response", count: 400, step: null });
    expect(document.percentiles[0]?.ms).toBe(run.summary?.response.p50);
  });

  test("as V2 has the counts and percentiles of the summary", async () => {
    const { text, type } = await get("histogram?kind=service&step=search&format=v2");
    expect(type).toBe("text/plain; charset=utf-8");
    const hdr = decodeFromCompressedBase64(text.trim());
    const service = run.summary?.steps[1]?.service;
    expect(hdr.totalCount).toBe(service?.count);
    expect(hdr.getValueAtPercentile(50) / 1000).toBe(service?.p50);
    expect(hdr.getValueAtPercentile(99) / 1000).toBe(service?.p99);
  });

  test("as .hgrm ends at the last value", async () => {
    const { text } = await get("histogram?format=hgrm");
    expect(text).toMatch(/1\.0{12} +400\n#\[Mean/);
  });

  test.each([
    ["step=logout", 'the run has no "logout", only "login", "search"'],
    ["workload=nobody", 'the run has no "nobody", only "main"'],
    ["percentiles=50,101", "at most 100 numbers from 0 to 100"],
    ["percentiles=", "at most 100 numbers from 0 to 100"],
    ["format=xml", "format"],
    ["kindd=service", "kindd"],
  ])("%s is refused", async (query, message) => {
    const { status, text } = await get(`histogram?${query}`);
    expect(status).toBe(400);
    expect(text.replaceAll('\\"', '"')).toContain(message);
  });
});

test.each(["report.html", "report.json", "report.csv", "junit.xml", "histogram"])(
  "%s of no run is not found",
  async (what) => {
    expect((await fetch(`${server.api}/runs/none/${what}`)).status).toBe(404);
  },
);

describe("compare", () => {
  const id = () => path.slice(path.lastIndexOf("/") + 1);

  test("a run with itself is the same", async () => {
    const { status, text } = await get(`compare?to=${id()}&threshold=2.5`);
    expect(status).toBe(200);
    const comparison = comparisonSchema.parse(JSON.parse(text));
    expect(comparison).toMatchObject({ verdict: "same", threshold: 0.025 });
    expect(comparison.notes).toContain("this is one run, compared to itself");
    expect(comparison.metrics[0]).toMatchObject({ baseline: run.summary?.response.p50, ratio: 1 });
  });

  test.each([
    ["to=none", 'no run \\"none\\"'],
    ["threshold=5", "to"],
    [`to=x&threshold=-1`, "threshold"],
  ])("%s is refused", async (query, message) => {
    const { status, text } = await get(`compare?${query}`);
    expect(status).toBe(400);
    expect(text).toContain(message);
  });
});

test("the schema of report.json is served", async () => {
  const answer = await fetch(`${server.api}/schemas/run.json`);
  expect(answer.headers.get("content-type")).toContain("application/schema+json");
  expect(await answer.json()).toMatchObject({
    title: "Onrush run report",
    $ref: "#/$defs/RunReport",
  });
});
