import type { SlaResult } from "@onrush/shared/api/slaResult.ts";
import { bytes, count, ms } from "./formatNumbers.ts";
import { padTo, widthOf } from "./textWidth.ts";
import type { Paint, Tone } from "./tone.ts";

const marks: Record<SlaResult["status"], readonly [mark: string, tone: Tone]> = {
  PASSED: ["✓", "good"],
  FAILED: ["✗", "bad"],
  NONE: ["–", "warn"],
};

function inUnit(value: number, unit: SlaResult["unit"]): string {
  switch (unit) {
    case "ms":
      return ms(value);
    case "%":
      return `${Number(value.toFixed(3))} %`;
    case "rps":
      return `${Number(value.toFixed(1))}/s`;
    case "bytes":
      return bytes(value);
    case "count":
      return count(value);
  }
}

function outcome({ status, value, unit, failedAtSecond, aborted, reason }: SlaResult): string {
  const was = value === null ? "" : `  ${inUnit(value, unit)}`;
  if (status === "PASSED") return was;
  if (status === "NONE") return `  not judged${reason === "" ? "" : `: ${reason}`}`;
  const at = failedAtSecond === null ? "" : `, broken in second ${count(failedAtSecond)}`;
  return `${was}${at}${aborted ? ", which ended the load" : ""}`;
}

/** A line for each SLA line: what was asked, what was, and where it was broken. */
export function slaLines(results: readonly SlaResult[], paint: Paint): string[] {
  if (results.length === 0) return [];
  const width = Math.min(60, Math.max(...results.map(({ text }) => widthOf(text))));
  const lines = results.map((result) => {
    const limit = result.status === "FAILED" ? ` (limit ${inUnit(result.limit, result.unit)})` : "";
    const told = outcome(result);
    const [mark, tone] = marks[result.status];
    const padding = padTo("", width - widthOf(result.text));
    const rest = `${padding}${told}${limit}`.trimEnd();
    return `    ${paint(`${mark} ${result.text}`, tone)}${rest}`;
  });
  return ["  SLA:", ...lines];
}
