import type { Summary } from "../../api/runView.ts";
import { formatMs } from "../../format/numbers.ts";

type Latency = Summary["response"];
export type LatencyKey = Exclude<keyof Latency, "count">;

/** A figure of latencies; a dash where nothing was measured, as 0 ms would be very fast. */
export const latencyText = (latency: Latency, key: LatencyKey): string =>
  latency.count === 0 ? "–" : formatMs(latency[key]);
