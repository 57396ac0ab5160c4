import type { Phase } from "@onrush/shared/metrics/phases.ts";
import type { Series } from "./rows.ts";

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

export const phaseSeries = (phases: readonly Phase[]) =>
  phases.map<Series>((phase) => ({
    ...{ key: phase, label: phase, color: phaseColor[phase], shape: "stack" },
  }));
