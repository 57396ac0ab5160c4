import type { RunEvent, RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { banner } from "./banner.ts";
import { liveBlock } from "./liveBlock.ts";
import { plainLine } from "./plainLine.ts";
import { ProgressCount } from "./progressCount.ts";
import type { RunPlan } from "./runPlan.ts";
import { Terminal } from "./terminal.ts";
import { isDumb, painterFor } from "./tone.ts";
import { waitingNotes } from "./waitingNotes.ts";

/** Shows a run while it goes on, on the error stream: the standard output is for results. */
export interface RunReporter {
  second(view: SecondView): void;
  event(event: RunEvent): void;
  /** A line of the command itself. */
  say(text: string): void;
  /** Resolves when everything is written; nothing is after that, whatever is still told. */
  end(): Promise<void>;
}

export const silent: RunReporter = {
  ...{ second() {}, event() {}, say() {}, end: async () => {} },
};

interface ReporterOptions {
  plan: RunPlan;
  /** The run as it is now. */
  current(): Promise<RunView>;
  updateSeconds: number;
  /** Of the workers it may run on. */
  labels: Readonly<Record<string, string>>;
}

const LOOK_EVERY_MS = 1_000;

const isTold = ({ kind }: RunEvent) => kind === "warning" || kind === "error";
const eventText = ({ kind, text }: RunEvent) => `${kind}: ${text}`;
/** Seconds before and after the load, in which nothing was to be done. */
const isEmpty = ({ planned, sent, users }: SecondView) => planned + sent + users === 0;

/** A line every `updateSeconds`, with a banner in front. */
function plainReporter({ plan, current, updateSeconds, labels }: ReporterOptions): RunReporter {
  const progress = new ProgressCount(updateSeconds);
  let ended = false;
  const print = (text: string) => {
    if (!ended) console.error(text);
  };
  const noteWaiting = waitingNotes(labels, print);
  const look = async () => {
    const run = await current();
    noteWaiting(run);
    if (run.state !== "QUEUED") clearInterval(timer);
  };
  const timer = setInterval(() => void look().catch(() => {}), LOOK_EVERY_MS);
  let told = -1;
  let printing = Promise.resolve();
  for (const line of banner(plan, new Date())) print(line);
  return {
    second(view) {
      progress.add(view);
      if (view.second <= told || isEmpty(view) || (view.second + 1) % updateSeconds !== 0) return;
      const rps = progress.rate(view.second - told);
      const total = progress.total();
      told = view.second;
      // Percentiles of the run so far are the controller's: they cannot be had from those of seconds.
      printing = printing.then(
        async () => {
          const { summary } = await current();
          if (summary !== null) print(plainLine(total, rps, summary.response, plan));
        },
        () => {},
      );
    },
    event(event) {
      if (isTold(event)) print(eventText(event));
    },
    say: print,
    async end() {
      clearInterval(timer);
      await printing.catch(() => {});
      ended = true;
    },
  };
}

/** A block that is redrawn every second. */
function liveReporter({ plan, current, labels }: ReporterOptions): RunReporter {
  const progress = new ProgressCount();
  const terminal = new Terminal(process.stderr, painterFor(process.stderr, process.env));
  let phase: RunView["state"] = "PREPARING";
  const draw = () => {
    const state = { plan, phase, newest: progress.newest, total: progress.total() };
    terminal.draw(liveBlock(state, terminal.columns - 1, terminal.rows));
  };
  const noteWaiting = waitingNotes(labels, (text) => terminal.print(text));
  const look = async () => {
    const run = await current();
    noteWaiting(run);
    phase = run.state;
    draw();
  };
  const timer = setInterval(() => void look().catch(() => {}), LOOK_EVERY_MS);
  // However the process ends, the terminal gets its cursor back.
  const restore = () => terminal.end(false);
  process.once("exit", restore);
  process.stderr.on("resize", draw);
  draw();
  return {
    second(view) {
      if (isEmpty(view) && view.second > (progress.newest?.second ?? -1)) return;
      progress.add(view);
      draw();
    },
    event(event) {
      if (isTold(event)) this.say(eventText(event));
    },
    say(text) {
      terminal.print(text);
      draw();
    },
    async end() {
      clearInterval(timer);
      process.stderr.off("resize", draw);
      process.off("exit", restore);
      terminal.end(true);
    },
  };
}

export function runReporter(options: ReporterOptions): RunReporter {
  const canRedraw = process.stderr.isTTY && !isDumb(process.env);
  return canRedraw ? liveReporter(options) : plainReporter(options);
}
