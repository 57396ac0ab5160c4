import type { RunView } from "@onrush/shared/api/runView.ts";
import type { ControllerApi } from "./controllerApi.ts";
import {
  expectBalanced,
  expectDoubted,
  expectEverySecond,
  expectFullRateAgain,
  expectNothingTwice,
  expectSecondsAddUp,
} from "./ledgerRules.ts";
import type { Load } from "./scenarios.ts";
import type { TargetLog } from "./targetLog.ts";

/** Others carry what `lostIds` have left since `lostMs`, and the run says so. */
export async function expectHealed(
  { api, target }: { api: ControllerApi; target: TargetLog },
  run: RunView,
  load: Load,
  { lostIds, lostMs }: { lostIds: readonly string[]; lostMs: number },
): Promise<void> {
  const [views, arrivalsMs] = await Promise.all([api.seconds(run.id), target.arrivalsMs()]);
  expectFullRateAgain({ views, arrivalsMs }, run, load, lostMs);
  expectBalanced(run, load);
  expectNothingTwice(run, await target.counts());
  expectDoubted(run, lostIds);
}

/** Every second of the load is there, and all of them together are the run. */
export async function expectAllSeconds(
  api: ControllerApi,
  run: RunView,
  load: Load,
): Promise<void> {
  const seconds = await api.seconds(run.id);
  expectEverySecond(seconds, load);
  expectSecondsAddUp(seconds, run);
}
