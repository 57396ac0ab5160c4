import type { Phase } from "@onrush/shared/metrics/phases.ts";
import { isOpening } from "@onrush/shared/format/phaseKinds.ts";
import type { Series } from "@onrush/shared/chart/rows.ts";

/** Cool for what happens before a request is sent, warm for what the target does. */
export const phaseColor: Readonly<Record<Phase, string>> = {
  blocked: "var(--c-gray)",
  dns: "var(--c-lime)",
  connect: "var(--c-teal)",
  tls: "var(--c-violet)",
  sending: "var(--c-blue)",
  waiting: "var(--c-amber)",
  receiving: "var(--c-orange)",
};

/** What follows one another is stacked; opening a connection stands beside it, as a line. */
export const phaseSeries = (phases: readonly Phase[]) =>
  phases.map<Series>((phase) => ({
    ...{ key: phase, label: phase, color: phaseColor[phase] },
    shape: isOpening(phase) ? "line" : "stack",
    dots: isOpening(phase),
  }));
