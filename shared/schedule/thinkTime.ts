import { uniformAt } from "../random/hashRandom.ts";

/** A pause as scenarios have it, all figures in seconds. */
export type ThinkTime =
  | { distribution: "constant"; seconds: number }
  | { distribution: "uniform"; min: number; max: number }
  | { distribution: "normal"; mean: number; deviation: number }
  | { distribution: "exponential"; mean: number };

/** A plain number is a constant pause. */
export function thinkTimeOf(field: number | ThinkTime): ThinkTime {
  return typeof field === "number" ? { distribution: "constant", seconds: field } : field;
}

/** Draws are bounded, so that one of them does not outlast every run: an exponential at 20 means. */
const MAX_MEANS = 20;

/**
 * A pause in whole microseconds. The same seed, stream and index give the same one, so runs repeat.
 * Normal by Box and Muller (1958), never below 0; exponential by inversion.
 */
export function thinkTimeUs(think: ThinkTime, seed: number, stream: number, index: number): number {
  switch (think.distribution) {
    case "constant":
      return Math.round(think.seconds * 1e6);
    case "uniform": {
      const at = uniformAt(seed, stream, index);
      return Math.round((think.min + (think.max - think.min) * at) * 1e6);
    }
    case "normal": {
      const radius = Math.sqrt(-2 * Math.log(1 - uniformAt(seed, stream, index)));
      const z = radius * Math.cos(2 * Math.PI * uniformAt(seed + 1, stream, index));
      return Math.max(0, Math.round((think.mean + think.deviation * z) * 1e6));
    }
    case "exponential": {
      const means = -Math.log(1 - uniformAt(seed, stream, index));
      return Math.round(think.mean * Math.min(MAX_MEANS, means) * 1e6);
    }
  }
}
