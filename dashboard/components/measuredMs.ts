import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { formatMs } from "@onrush/shared/format/numbers.ts";

type Latency = SecondView["response"];

/** A latency as text; where nothing was measured that is no latency, not one of zero. */
export const measuredMs = (latency: Latency, name: Exclude<keyof Latency, "count">) =>
  latency.count === 0 ? "–" : formatMs(latency[name]);
