import { ArrivalSchedule, type Schedule } from "./arrivalSchedule.ts";
import { PoissonSchedule } from "./poissonSchedule.ts";
import type { RateCurve } from "./rateCurve.ts";

/** The schedule of an open workload. `seed` matters to Poisson arrivals only. */
export function makeSchedule(
  curve: RateCurve,
  arrival: "uniform" | "poisson",
  seed: number,
): Schedule {
  return arrival === "poisson" ? new PoissonSchedule(curve, seed) : new ArrivalSchedule(curve);
}
