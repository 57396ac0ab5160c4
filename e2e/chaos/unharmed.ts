import type { ControllerApi } from "./controllerApi.ts";
import { expectAllSeconds } from "./healed.ts";
import { expectNoPause, expectValid, expectWhole } from "./ledgerRules.ts";
import type { Load } from "./scenarios.ts";
import type { TargetLog } from "./targetLog.ts";

/** How long after an outage a run may need to catch up, its load included. */
const ENDED_WITHIN_MS = 90_000;

/** The run has everything that it has on a platform where nothing was ever away. */
export async function expectUnharmed(
  { api, target }: { api: ControllerApi; target: TargetLog },
  runId: string,
  load: Load,
): Promise<void> {
  const run = await api.outcome(runId, ENDED_WITHIN_MS);
  expectValid(run);
  expectNoPause(await target.arrivalsMs(), run, load);
  expectWhole(run, load, await target.counts());
  await expectAllSeconds(api, run, load);
}
