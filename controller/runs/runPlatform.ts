import type { LiveMessage } from "@onrush/shared/api/secondView.ts";
import type { CommonTime } from "../platform/commonTime.ts";
import type { Logger } from "../platform/logger.ts";
import type { RunOwner, WorkerLink } from "../platform/ports.ts";
import type { SecondStore } from "../results/secondStore.ts";
import type { RunStore } from "./runStore.ts";

/** How long a run stays its controller's without being renewed. */
export const LEASE_TTL_MS = 6_000;

/** What everything that handles runs works with. */
export interface RunPlatform {
  /** This controller. */
  owner: RunOwner;
  link: WorkerLink;
  time: CommonTime;
  runs: RunStore;
  seconds: SecondStore;
  logger: Logger;
}

export interface PublishingPlatform extends RunPlatform {
  publish(message: LiveMessage): void;
}
