import { Intervals } from "@onrush/shared/report/intervals.ts";
import { scenarioOutline } from "@onrush/shared/report/scenarioOutline.ts";
import { csvHead, csvRows } from "@onrush/shared/report/secondsCsv.ts";
import { viewOf } from "../runs/runRecord.ts";
import type { RunResults } from "../runs/runResults.ts";
import { eachSecond, loadedSeconds } from "./foldResults.ts";

/** Reports with a line for each second: made piece by piece while they are sent. */

export async function* csvReport(results: RunResults, steps: boolean): AsyncGenerator<string> {
  yield csvHead();
  for await (const record of eachSecond(results)) {
    yield csvRows(viewOf(results.plan, record), steps);
  }
}

/** `RunReport` as JSON: the run with indentation, each second in a line. */
export async function* jsonReport(results: RunResults): AsyncGenerator<string> {
  const { run, plan } = results;
  const intervals = new Intervals(loadedSeconds(results));
  const head = JSON.stringify({ ...run, scenario: scenarioOutline(plan.scenario) }, null, 2);
  yield `${head.slice(0, -2)},\n  "seconds": [`;
  let separator = "\n    ";
  for await (const record of eachSecond(results)) {
    intervals.add(record);
    yield separator + JSON.stringify(viewOf(plan, record));
    separator = ",\n    ";
  }
  const lines = intervals.finish().map((interval) => `\n    ${JSON.stringify(interval)}`);
  yield `\n  ],\n  "intervals": [${lines.join(",")}\n  ]\n}\n`;
}
