import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The command as users run it. */
export const ONRUSH = fileURLToPath(new URL("../../onrush", import.meta.url));

const LINE_WITHIN_MS = 60_000;

/** Whatever a failed test left running ends with the test process. */
const started = new Set<OnrushProcess>();
process.on("exit", () => {
  for (const left of started) left.signalGroup("SIGKILL");
});

/** A started `onrush …` in a process group of its own, with what it has printed so far. */
export class OnrushProcess {
  readonly child: ChildProcess;
  output = "";
  readonly exited: Promise<number>;
  readonly #listeners = new Set<() => void>();

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}, command = ONRUSH) {
    this.child = spawn(command, args, {
      detached: true,
      env: { ...process.env, LOG_LEVEL: "warn", ...env },
      // Only what runs in a terminal of its own is typed to.
      stdio: [command === "script" ? "pipe" : "ignore", "pipe", "pipe"],
    });
    const take = (chunk: Buffer) => {
      this.output += chunk.toString();
      for (const listen of this.#listeners) listen();
    };
    this.child.stdout?.on("data", take);
    this.child.stderr?.on("data", take);
    started.add(this);
    this.exited = new Promise((resolve) => {
      this.child.once("exit", (code, signal) => resolve(code ?? (signal === null ? -1 : 128)));
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** The first match of `pattern` in the output, as soon as it is there. */
  async waitFor(pattern: RegExp, withinMs = LINE_WITHIN_MS): Promise<RegExpExecArray> {
    const found = pattern.exec(this.output);
    if (found !== null) return found;
    return new Promise((resolve, reject) => {
      const done = (finish: () => void) => {
        this.#listeners.delete(check);
        clearTimeout(timer);
        finish();
      };
      const check = () => {
        const match = pattern.exec(this.output);
        if (match !== null) done(() => resolve(match));
      };
      const timer = setTimeout(
        () => done(() => reject(new Error(`no ${pattern} in:\n${this.output}`))),
        withinMs,
      );
      this.#listeners.add(check);
      void this.exited.then((code) => {
        check();
        done(() => reject(new Error(`ended with ${code} before ${pattern}:\n${this.output}`)));
      });
    });
  }

  /** Signals the whole group, as a terminal does, and resolves with the exit code. */
  async end(signal: NodeJS.Signals = "SIGINT"): Promise<number> {
    this.signalGroup(signal);
    return this.exited;
  }

  signalGroup(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch {
      // The group has ended already.
    }
  }

  /** True while any process of the group is alive. */
  get groupAlive(): boolean {
    try {
      process.kill(-this.pid, 0);
      return true;
    } catch {
      return false;
    }
  }
}
