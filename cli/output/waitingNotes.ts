import type { RunView } from "@onrush/shared/api/runView.ts";

type Waiting = Pick<RunView, "state" | "queuePosition" | "numWorkers">;
type Labels = Readonly<Record<string, string>>;

/** Why a run has not begun, and what there is to do about it; undefined when it does not wait. */
export function waitingText(run: Waiting, labels: Labels): string | undefined {
  if (run.state !== "QUEUED") return undefined;
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const place = run.queuePosition === null ? "" : `, position ${run.queuePosition}`;
  const wanted = run.numWorkers === 1 ? "" : `, of which it takes up to ${run.numWorkers}`;
  if (pairs.length === 0) {
    return `QUEUED${place}: no worker is free for this run${wanted}; wait for the runs before it (\`onrush list\`), or start another worker`;
  }
  const text = pairs.join(",");
  return `QUEUED${place}: no worker with the labels ${text} is free${wanted}; start one with \`onrush worker --labels ${text}\`, or change the scenario's labels`;
}

/** Says once per change why a run has not begun. */
export function waitingNotes(labels: Labels, say: (text: string) => void): (run: Waiting) => void {
  let told: string | undefined;
  return (run) => {
    const text = waitingText(run, labels);
    if (text !== undefined && text !== told) say(text);
    told = text;
  };
}
