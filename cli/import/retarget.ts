import { ImportError, type ImportedElement, type ImportedScenario } from "./imported.ts";
import { changeSteps } from "./nestSteps.ts";

/** The scenario with scheme, host and port of every request replaced; paths are kept. */
export function retarget(scenario: ImportedScenario, baseUrl: string): ImportedScenario {
  if (!/^https?:\/\/[^/]/i.test(baseUrl) || !URL.canParse(baseUrl)) {
    throw new ImportError(`--base-url "${baseUrl}" is not a full http:// or https:// URL`);
  }
  const base = baseUrl.replace(/[?#].*$/s, "").replace(/\/+$/, "");
  const moved = (steps: readonly ImportedElement[]) =>
    changeSteps(steps, (step) => ({
      ...step,
      url: step.url.replace(/^https?:\/\/[^/?#]+/i, () => base),
    }));
  const { steps, workloads } = scenario;
  return {
    ...scenario,
    ...(steps === undefined ? {} : { steps: moved(steps) }),
    ...(workloads === undefined
      ? {}
      : { workloads: workloads.map((one) => ({ ...one, steps: moved(one.steps) })) }),
  };
}
