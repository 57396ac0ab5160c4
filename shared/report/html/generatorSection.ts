import type { RunView, ShareView } from "../../api/runView.ts";
import {
  formatBytes,
  formatClockOffset,
  formatCount,
  formatMs,
  formatPercent,
  formatRate,
} from "../../format/numbers.ts";
import { faultNames, terms } from "../../format/terms.ts";
import type { HeadRoom } from "../../metrics/delta.ts";
import type { WorkerHealthRow } from "./generatorHealth.ts";
import { html, type Html } from "./html.ts";
import { section, table } from "./table.ts";

const left = (room: HeadRoom | null | undefined) =>
  room === null || room === undefined
    ? "–"
    : `${formatCount(room.left)} of ${formatCount(room.limit)}`;

function badSeconds({ summary }: RunView): Html | null {
  const bad = summary?.badSeconds;
  if (bad === undefined || bad.of === 0) return null;
  if (bad.count === 0) {
    return html`<p>
      In none of ${formatCount(bad.of)} seconds with load was the generator at its limit.
    </p>`;
  }
  const reasons = Object.entries(bad.by)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, seconds]) => `${faultNames[kind] ?? kind} (${formatCount(seconds)})`);
  return html`<p title="${terms.badSecond}">
    In ${formatCount(bad.count)} of ${formatCount(bad.of)} seconds with load the generator was at
    its limit: ${reasons.join(", ")}.
  </p>`;
}

function workers(rows: readonly WorkerHealthRow[]): Html | null {
  return table<WorkerHealthRow>(
    [
      { title: "Worker", text: true, of: ({ worker }) => worker },
      { title: "CPU avg", help: terms.cpu, of: ({ cpuAverage }) => formatPercent(cpuAverage) },
      { title: "CPU max", help: terms.cpu, of: ({ cpuMax }) => formatPercent(cpuMax) },
      {
        ...{ title: "Cores max", help: terms.processCpu },
        of: ({ processCpuMax }) => formatRate(processCpuMax),
      },
      { title: "Memory max", of: ({ rssBytesMax }) => formatBytes(rssBytesMax) },
      { title: "Mbit/s max", of: ({ mbpsMax }) => formatRate(mbpsMax) },
      {
        ...{ title: "Lateness p99 max", help: terms.lateness },
        of: ({ latenessP99MsMax }) => formatMs(latenessP99MsMax),
      },
      { title: "Lag max", help: terms.lag, of: ({ lagMsMax }) => formatMs(lagMsMax) },
      { title: "GC pause max", help: terms.gc, of: ({ gcMaxMs }) => formatMs(gcMaxMs) },
      { title: "Ports left", help: terms.ports, of: ({ ports }) => left(ports) },
      { title: "Files left", help: terms.files, of: ({ files }) => left(files) },
    ],
    rows,
  );
}

function shares(rows: readonly ShareView[]): Html | null {
  return table<ShareView>(
    [
      { title: "Share", text: true, help: terms.share, of: ({ share }) => share },
      { title: "Workload", text: true, of: ({ workload }) => workload },
      { title: "Worker", text: true, of: ({ workerId }) => workerId },
      { title: "Epoch", help: terms.epoch, of: ({ epoch }) => epoch },
      { title: "State", text: true, of: ({ state }) => state },
      {
        title: "Planned",
        // Users follow no plan.
        of: ({ planned, started }) => (planned === 0 && started > 0 ? "–" : formatCount(planned)),
      },
      { title: "Started", of: ({ started }) => formatCount(started) },
      { title: "Dropped", of: ({ dropped }) => formatCount(dropped) },
      { title: "Sent", of: ({ sent }) => formatCount(sent) },
      {
        ...{ title: "Clock", help: terms.clockOffset },
        of: ({ clockOffsetUs, clockErrorUs }) => formatClockOffset(clockOffsetUs, clockErrorUs),
      },
      {
        ...{ title: "Start", help: terms.startSkew },
        of: ({ startSkewMs }) => (startSkewMs === null ? "–" : formatMs(Math.max(0, startSkewMs))),
      },
    ],
    rows,
  );
}

/** How the generator itself was, by which its numbers can be believed. */
export function generatorSection(run: RunView, health: readonly WorkerHealthRow[]): Html | null {
  return section("Generator", badSeconds(run), workers(health), shares(run.shares));
}
