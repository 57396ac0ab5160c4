import type { CheckResult, RunView } from "../api/runView.ts";
import type { SlaResult } from "../api/slaResult.ts";
import { hasEnded } from "../run/runState.ts";
import { escapeMarkup } from "./escapeMarkup.ts";

/**
 * A run as JUnit XML, as CI systems read it: its validity, each SLA line and each check is a test
 * case. What could not be judged is skipped.
 */

interface Case {
  name: string;
  className: string;
  verdict: "passed" | "failure" | "error" | "skipped";
  message: string;
  /** Told in any case. */
  output?: string;
}

function validityCase(run: RunView): Case {
  const { validity, reasons } = run.verdict;
  const base = { name: "the measurement is valid", className: "validity" };
  const message = [validity, ...reasons].join(": ");
  if (!hasEnded(run.state)) {
    return { ...base, verdict: "skipped", message: `the run is ${run.state}` };
  }
  if (run.state === "FAILED") return { ...base, verdict: "error", message: `FAILED, ${message}` };
  if (validity === "INVALID") return { ...base, verdict: "failure", message };
  return { ...base, verdict: "passed", message: "", output: message };
}

function slaCase(line: SlaResult): Case {
  const base = { name: line.text, className: "sla" };
  const value = line.value === null ? "" : `, measured ${line.value} ${line.unit}`;
  const message = `${line.reason || line.text}${value}`;
  switch (line.status) {
    case "PASSED":
      return { ...base, verdict: "passed", message: "", output: message };
    case "FAILED":
      return { ...base, verdict: "failure", message };
    case "NONE":
      return { ...base, verdict: "skipped", message: line.reason || "nothing to judge by" };
  }
}

/** Steps have names within their workload, which says nothing where it is the only one. */
function checkCase(check: CheckResult, hasWorkloads: boolean): Case {
  const { name, workload, step, passed, failed, percent } = check;
  const place = hasWorkloads ? `${workload} / ${step}` : step;
  const base = { name: `${place}: ${name}`, className: "checks" };
  const message = `held ${passed} of ${passed + failed} times (${percent.toFixed(2)} %)`;
  if (passed + failed === 0) return { ...base, verdict: "skipped", message: "never asked" };
  return failed > 0
    ? { ...base, verdict: "failure", message }
    : { ...base, verdict: "passed", message: "", output: message };
}

function attributes(of: Readonly<Record<string, string | number>>): string {
  return Object.entries(of)
    .map(([name, value]) => ` ${name}="${escapeMarkup(String(value)).replaceAll("\n", "&#10;")}"`)
    .join("");
}

function caseXml({ name, className, verdict, message, output }: Case): string {
  const head = attributes({ name, classname: className, time: 0 });
  const outcome = verdict === "passed" ? "" : `<${verdict}${attributes({ message })}/>`;
  const told = output === undefined ? "" : `<system-out>${escapeMarkup(output)}</system-out>`;
  return `    <testcase${head}>${outcome}${told}</testcase>`;
}

const countsOf = (cases: readonly Case[]) => ({
  tests: cases.length,
  failures: cases.filter(({ verdict }) => verdict === "failure").length,
  errors: cases.filter(({ verdict }) => verdict === "error").length,
  skipped: cases.filter(({ verdict }) => verdict === "skipped").length,
});

export function junitXml(run: RunView): string {
  const time = run.summary?.durationSeconds ?? 0;
  const timestamp = (run.startedAt ?? run.createdAt).replace(/(\.\d+)?Z$/, "");
  const checks = run.summary?.checks ?? [];
  const hasWorkloads = (run.summary?.workloads.length ?? 0) > 1;
  const suites: [string, Case[]][] = [
    ["validity", [validityCase(run)]],
    ["sla", run.sla.map(slaCase)],
    ["checks", checks.map((check) => checkCase(check, hasWorkloads))],
  ];
  const { skipped: _, ...total } = countsOf(suites.flatMap(([, cases]) => cases));
  const lines = suites.flatMap(([name, cases]) => {
    if (cases.length === 0) return [];
    const head = { name, ...countsOf(cases), time, timestamp };
    return [`  <testsuite${attributes(head)}>`, ...cases.map(caseXml), "  </testsuite>"];
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: run.scenarioName, ...total, time })}>`,
    ...lines,
    "</testsuites>",
    "",
  ].join("\n");
}
