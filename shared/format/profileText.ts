import type { LoadProfile } from "../scenario/loadProfile.ts";
import { formatCount, formatDuration, formatRate } from "./numbers.ts";

const rate = (rps: number) => `${formatRate(rps)}/s`;
const counted = (count: number, noun: string) =>
  `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
const highest = (values: readonly number[]) => Math.max(...values);

/** A load profile in a few words: "64 users for 30 s". `seconds` is how long it lasts. */
export function profileText(profile: LoadProfile, seconds: number): string {
  const during = `for ${formatDuration(seconds)}`;
  switch (profile.type) {
    case "CONSTANT":
      return `${rate(profile.initialRps)} ${during}`;
    case "RAMP":
      return `${formatRate(profile.initialRps)} to ${rate(profile.targetRps)} ${during}`;
    case "BURST":
      return `${rate(profile.initialRps)}, bursts of ${rate(highest(profile.bursts.map((b) => b.rps)))}`;
    case "SPIKE":
      return `${rate(profile.initialRps)}, spike of ${rate(profile.spikeRps)}`;
    case "STAGES":
      return `stages up to ${rate(highest([profile.initialRps, ...profile.stages.map((s) => s.targetRps)]))}`;
    case "DEVICES":
      return `${counted(profile.devices, "device")}, each ${rate(profile.messagesPerSecond)}`;
    case "VUS":
      return `${counted(profile.vus, "user")} ${during}`;
    case "VU_STAGES": {
      const most = highest([profile.initialVus, ...profile.stages.map((s) => s.targetVus)]);
      return `up to ${counted(most, "user")} ${during}`;
    }
    case "ITERATIONS":
      return `${counted(profile.iterations, "iteration")} by ${counted(profile.concurrency, "user")}`;
  }
}
