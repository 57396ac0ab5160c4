import { storedResults } from "@onrush/controller/runs/runResults.ts";
import { csvReport, jsonReport } from "@onrush/controller/reports/reportTexts.ts";
import { htmlText } from "@onrush/controller/reports/htmlText.ts";
import { measuredRun, measuredSeconds } from "@onrush/shared/report/reports.testing.ts";
import { runReportSchema } from "@onrush/shared/report/runReport.ts";
import { afterAll, describe, expect, test } from "vitest";
import { startBackends } from "./storesBackends.ts";
import { aMinute, aRun, aScenario } from "./storesFixtures.ts";

const SECONDS = 700;
const names = { workloads: [{ name: "main", steps: [{ name: "request" }] }] };

const backends = await startBackends();
afterAll(async () => {
  for (const backend of backends) await backend.stop();
});

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

/** The run of these seconds as a store keeps it, in minutes. */
const scenario = aScenario({ durationSeconds: SECONDS });
const view = measuredRun({ names, seconds: SECONDS }, { id: "run-1", scenarioId: scenario.id });
const stored = aRun({ scenario, view, active: false });
const seconds = measuredSeconds({ names, seconds: SECONDS });
const minutes = Array.from({ length: Math.ceil(SECONDS / 60) }, (_, minute) =>
  aMinute({ minute, seconds: seconds.slice(minute * 60, minute * 60 + 60) }),
);

describe.each(backends.filter(({ unavailable }) => unavailable === undefined))(
  "reports from $name",
  (backend) => {
    test("of a run of many minutes have every second once, in order", async () => {
      const place = backend.createPlace();
      const stores = await place.open();
      try {
        await stores.runs.create(stored);
        for (const minute of minutes) expect(await stores.seconds.put([minute])).toBe(true);
        const run = await stores.runs.get("run-1");
        if (run === undefined) throw new Error("the run is not stored");
        const results = storedResults(run, stores.seconds);
        const report = runReportSchema.parse(JSON.parse(await textOf(jsonReport(results))));
        expect(report.seconds.map(({ second }) => second)).toEqual(
          Array.from({ length: SECONDS }, (_, second) => second),
        );
        expect(report.summary).toEqual(view.summary);
        const sent = view.summary?.requests.sent;
        expect(report.intervals.reduce((sum, span) => sum + span.sent, 0)).toBe(sent);
        const csv = (await textOf(csvReport(results, true))).trimEnd().split("\r\n");
        expect(csv).toHaveLength(1 + 2 * SECONDS);
        expect(await htmlText(results)).toContain("Latency histogram");
      } finally {
        await stores.close();
        await place.remove();
      }
    });
  },
);
