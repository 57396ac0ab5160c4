import { describe, expect, test } from "vitest";
import type { RunView } from "../../api/runView.ts";
import type { SlaResult } from "../../api/slaResult.ts";
import type { RunNames } from "../../metrics/summary.ts";
import {
  type MeasuredOptions,
  measuredRun,
  measuredSeconds,
  twoSteps,
} from "../reports.testing.ts";
import type { ScenarioOutline } from "../scenarioOutline.ts";
import { htmlReport } from "./htmlReport.ts";
import { ReportCollector } from "./reportPoints.ts";

const outlineOf = ({ workloads }: RunNames): ScenarioOutline => ({
  ...{ name: "Shop", description: null, fingerprints: {} },
  workloads: workloads.map(({ name, steps }) => ({
    ...{ name, load: "20/s for 10 s", startSecond: 0 },
    steps: steps.map((step) => ({ name: step.name, method: "GET", url: "http://127.0.0.1:9/" })),
  })),
});

function page(options: MeasuredOptions = {}, over: Partial<RunView> = {}, text?: string): string {
  const { names = twoSteps, seconds = 10 } = options;
  const collector = new ReportCollector(names, seconds);
  for (const record of measuredSeconds(options)) collector.add(record, 20);
  const outline = outlineOf(names);
  return htmlReport({
    run: measuredRun(options, over),
    outline: text === undefined ? outline : { ...outline, description: text },
    series: collector.finish(),
    ...{ hasRate: true, hasUsers: false },
  });
}

/** Without markup, with single spaces. */
const shownText = (markup: string) => markup.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");

const sla: SlaResult = {
  ...{ text: "p95 < 5ms", status: "FAILED", value: 18.2, limit: 5, unit: "ms" },
  ...{ failedAtSecond: 3, aborted: false, reason: "p95 was 18.2 ms" },
};

describe("a run as a page", () => {
  test("needs nothing from anywhere and runs no script", () => {
    const text = page();
    expect(text).toMatch(/^<!doctype html>/);
    expect(text).toContain(
      `content="default-src &apos;none&apos;; style-src &apos;unsafe-inline&apos;"`,
    );
    expect(text).not.toMatch(/<script|<link|<img|<iframe|@import|url\(| (src|href|on\w+)=/i);
  });

  test("tells verdict, ledger, latencies, checks, errors, events and the generator", () => {
    const over: Partial<RunView> = {
      sla: [sla],
      verdict: { sla: "FAILED", validity: "SUSPECT", reasons: ["3 arrivals were lost"] },
    };
    const text = shownText(page({}, over));
    for (const told of [
      ...["SUSPECT", "SLA FAILED", "3 arrivals were lost", "p95 &lt; 5ms", "18.2 ms", "0:03"],
      ...["200 scheduled = 200 started", "Throughput", "Latency by percentile", "login", "search"],
      ...["status == 200", "95 %", "status 500", "RUNNING", "w-1", "How to read this"],
    ]) {
      expect(text).toContain(told);
    }
  });

  test("tells how many reports were refused, and nothing where none was", () => {
    const told = "Refused and not counted: 1,234 late reports.";
    expect(shownText(page({}, { refusedReports: 1_234 }))).toContain(told);
    expect(shownText(page())).not.toContain("Refused and not counted");
  });

  test("tells stages and groups apart", () => {
    const { summary } = measuredRun();
    if (summary === null) throw new Error("no summary");
    const [step] = summary.steps;
    if (step === undefined) throw new Error("no step");
    const { requests, rps, errorRate, response, service } = step;
    const stage = {
      ...{ workload: "shoppers", stage: 2, fromSecond: 30, toSecond: 59, iterations: 10 },
      ...{ requests, rps, errorRate, response, service },
    };
    const group = {
      ...{ name: "checkout", workload: "shoppers", tags: {}, count: 7, ok: 6, failed: 1 },
      duration: response,
    };
    const told = { ...summary, durationSeconds: 90, stages: [stage], groups: [group] };
    const text = page({}, { summary: told });
    expect(text).toContain("shoppers 2, 0:30 to 1:00");
    expect(text).toContain("checkout");
    const cut = page({}, { summary: { ...told, durationSeconds: 33.2 } });
    expect(cut).toContain("shoppers 2, 0:30 to 0:33");
  });

  test("every failed request is under a kind, and shares name what they are of", () => {
    const { summary } = measuredRun();
    if (summary === null) throw new Error("no summary");
    const requests = { ...summary.requests, sent: 400, failed: 50 };
    const errors = { check: 30, timeout: 10, interrupted: 3 };
    const text = shownText(page({}, { summary: { ...summary, requests, errors, outcomes: {} } }));
    expect(text).toContain(
      "Error Requests Share of failed check 30 60 % timeout 10 20 % status 400 and above 10 20 %",
    );
    const named = { ...summary, requests, outcomes: { "not-found": 100 } };
    expect(shownText(page({}, { summary: named }))).toContain(
      "Outcome Requests Share of requests not-found 100 25 %",
    );
  });

  test("what was not measured is no zero", () => {
    const { summary } = measuredRun();
    if (summary === null) throw new Error("no summary");
    const none = { ...summary.service, count: 0, p50: 0, p95: 0, p99: 0 };
    const share: RunView["shares"][number] = {
      ...{ share: "0/0", workload: "buy", workerId: "w-1", epoch: 1, state: "final", planned: 0 },
      ...{ started: 112, dropped: 0, watermark: 9, sent: 113, clockOffsetUs: null },
      ...{ clockErrorUs: null, startSkewMs: null },
    };
    const text = shownText(page({}, { summary: { ...summary, service: none }, shares: [share] }));
    expect(text).toContain("Service p95 – p50 –, p99 –");
    expect(text).toContain("final – 112 0 113");
  });

  test("tells the names of SLA lines, tags of steps, and setup and teardown", () => {
    const { summary } = measuredRun();
    if (summary === null) throw new Error("no summary");
    const steps = summary.steps.map((step) => ({ ...step, tags: { team: "cart" } }));
    const step = { name: "log out", ok: false, status: 0, error: "timeout", ms: 0 };
    const text = shownText(
      page(
        {},
        {
          summary: { ...summary, steps },
          sla: [{ ...sla, name: "fast enough" }],
          setup: { state: "ok", reason: "", requests: 1, steps: [{ ...step, name: "log in" }] },
          teardown: { state: "failed", reason: "log out: timeout", requests: 1, steps: [step] },
        },
      ),
    );
    for (const told of [
      ...["fast enough p95 &lt; 5ms", "login team=cart", "Setup and teardown", "log in"],
      ...["Teardown failed log out: timeout. Requests: 1", "log out failed – – timeout"],
    ]) {
      expect(text).toContain(told);
    }
  });

  test("a name cannot become markup", () => {
    const evil = `"><img src=x onerror=alert(1)><script>alert(2)</script>&amp;'`;
    const names = { workloads: [{ name: evil, steps: [{ name: evil, checks: [evil] }] }] };
    const over: Partial<RunView> = {
      scenarioName: evil,
      sla: [{ ...sla, text: evil, reason: evil }],
      verdict: { sla: "FAILED", validity: "INVALID", reasons: [evil] },
      events: [{ at: "2026-11-20T10:00:01.000Z", kind: "warning", text: evil }],
    };
    const text = page({ names }, over, evil);
    expect(text).not.toMatch(/<script|<img/);
    const shown = "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;alert(2)";
    expect(text.split(shown).length).toBeGreaterThan(10);
  });

  test("a run of which nothing is known yet has a page, too", () => {
    const text = page({ seconds: 0 }, { state: "QUEUED", summary: null, startedAt: null });
    expect(text).toContain("Nothing has been measured.");
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });

  test.each<[string, MeasuredOptions]>([
    ["a single second", { seconds: 1 }],
    ["a single latency", { seconds: 3, latencyUs: () => 500 }],
    ["latencies of zero", { seconds: 2, latencyUs: () => 0 }],
    ["nothing but failures", { seconds: 2, perSecond: 3, failed: 3 }],
  ])("%s is drawn without a number that is none", (_claim, options) => {
    expect(page(options)).not.toMatch(/NaN|Infinity|undefined/);
  });
});
