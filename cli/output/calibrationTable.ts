import type { Calibration } from "@onrush/shared/wire/capacity.ts";
import { count, ms } from "./formatNumbers.ts";

/** Near a whole core: there was nothing more to be had. */
const FULL_CPU = 0.9;

const percent = (part: number) => `${(part * 100).toFixed(0)} %`;

/** What was the limit of the figure of one thread; a lower bound is said to be one. */
function limitText({ threadCpu, responderCpu }: Calibration): string {
  if (threadCpu >= FULL_CPU) return "the thread was the limit";
  if (responderCpu >= FULL_CPU) {
    return "the responder was the limit: a thread can do more than this";
  }
  return "neither was busy: other work on this machine was the limit, measure again when it is quiet";
}

/** A calibration for people. */
export function calibrationTable(calibration: Calibration, file: string): string {
  const { capacity, timers, machine, cpuUsPerRequest, threadCpu, responderCpu } = calibration;
  const threads = machine.threads === 1 ? "1 engine thread" : `${machine.threads} engine threads`;
  const rows: [string, string][] = [
    ["worker", `${count(capacity.requestsPerSecond)} requests/s with ${threads}`],
    ["engine thread", `${count(capacity.perThread)} requests/s, ${cpuUsPerRequest} µs CPU each`],
    ["connection", `${count(capacity.perConnection)} requests/s, one at a time`],
    ["1 ms timer", `late by p50 ${ms(timers.timeoutMs.p50)}, p99 ${ms(timers.timeoutMs.p99)}`],
    ["loop turn", `p50 ${ms(timers.immediateMs.p50)}, p99 ${ms(timers.immediateMs.p99)}`],
    ["CPU", `thread ${percent(threadCpu)}, responder ${percent(responderCpu)}`],
  ];
  return [
    `This machine as a worker (${machine.cores} cores, ${machine.cpuModel}, Node ${machine.nodeVersion}):`,
    ...rows.map(([name, text]) => `  ${name.padEnd(14)} ${text}`),
    `  ${limitText(calibration)}`,
    `Stored in ${file}; workers started here with ${threads} tell it to their controller.`,
  ].join("\n");
}
