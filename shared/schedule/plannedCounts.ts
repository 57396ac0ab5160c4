import type { Schedule } from "./arrivalSchedule.ts";

/** How many arrivals are due in second `second` (0 = the workload's first). */
export function plannedInSecond(schedule: Schedule, second: number): number {
  return schedule.countBefore((second + 1) * 1e6) - schedule.countBefore(second * 1e6);
}

/** Planned arrivals for each second of the schedule; they sum to `schedule.total`. */
export function plannedPerSecond(schedule: Schedule): number[] {
  const seconds = Math.ceil(schedule.durationUs / 1e6);
  let before = 0;
  return Array.from({ length: seconds }, (_, second) => {
    const upTo = second === seconds - 1 ? schedule.total : schedule.countBefore((second + 1) * 1e6);
    const planned = upTo - before;
    before = upTo;
    return planned;
  });
}
