import { htmlReport } from "@onrush/shared/report/html/htmlReport.ts";
import { ReportCollector } from "@onrush/shared/report/html/reportPoints.ts";
import { scenarioOutline } from "@onrush/shared/report/scenarioOutline.ts";
import { faultOptions } from "../runs/runOutcome.ts";
import { plannedOf } from "../planning/runPlan.ts";
import type { RunResults } from "../runs/runResults.ts";
import { eachSecond, loadedSeconds } from "./foldResults.ts";

/** A run as one page of HTML. */
export async function htmlText(results: RunResults): Promise<string> {
  const { run, plan } = results;
  const collector = new ReportCollector(plan, loadedSeconds(results), faultOptions(plan));
  for await (const record of eachSecond(results)) {
    collector.add(record, plannedOf(plan, record.second));
  }
  return htmlReport({
    run,
    outline: scenarioOutline(plan.scenario),
    series: collector.finish(),
    hasRate: plan.workloads.some(({ load }) => load.type === "arrivals"),
    hasUsers: plan.workloads.some(({ load }) => load.type !== "arrivals"),
  });
}
