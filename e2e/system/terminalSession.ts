import { execFile } from "node:child_process";
import { readlink } from "node:fs/promises";
import { promisify } from "node:util";
import xterm from "@xterm/headless";
import { waitUntil } from "../chaos/waitUntil.ts";
import { childPids } from "./childPids.ts";
import { ONRUSH, OnrushProcess } from "./onrushProcess.ts";

const run = promisify(execFile);
const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

export interface Size {
  columns: number;
  rows: number;
}

/** A line as it is seen, and whether it only goes on with the one above it. */
export interface ScreenLine {
  text: string;
  isWrapped: boolean;
  hasColours: boolean;
}

/**
 * `onrush …` in a terminal of its own (a pseudo-terminal by `script`, of util-linux), and a screen
 * that shows what it writes there as a terminal would.
 */
export class TerminalSession {
  readonly #process: OnrushProcess;
  readonly #screen: xterm.Terminal;
  #isCursorShown = true;

  constructor(args: readonly string[], { columns, rows }: Size, env: NodeJS.ProcessEnv = {}) {
    const command = [ONRUSH, ...args].map(quoted).join(" ");
    const text = `stty cols ${columns} rows ${rows}; exec ${command}`;
    // The colours of the terminal alone decide, not those of whoever runs the tests.
    const plain = { TERM: "xterm-256color", NO_COLOR: "", FORCE_COLOR: undefined, ...env };
    this.#screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    for (const final of ["h", "l"]) {
      this.#screen.parser.registerCsiHandler({ prefix: "?", final }, (params) => {
        if (params[0] === 25) this.#isCursorShown = final === "h";
        return false;
      });
    }
    this.#process = new OnrushProcess(["-qefc", text, "/dev/null"], plain, "script");
    this.#process.child.stdout?.on("data", (chunk: Buffer) => this.#screen.write(chunk));
  }

  /** Everything that was written, escape codes included. */
  get written(): string {
    return this.#process.output;
  }

  get isCursorShown(): boolean {
    return this.#isCursorShown;
  }

  /** What is to be seen when one scrolls to the beginning, without empty lines at the end. */
  get lines(): ScreenLine[] {
    const buffer = this.#screen.buffer.active;
    const lines = Array.from({ length: buffer.length }, (_, y): ScreenLine => {
      const line = buffer.getLine(y);
      if (line === undefined) return { text: "", isWrapped: false, hasColours: false };
      const cells = Array.from({ length: line.length }, (_, x) => line.getCell(x));
      const hasColours = cells.some((cell) => cell !== undefined && !cell.isFgDefault());
      return { text: line.translateToString(true), isWrapped: line.isWrapped, hasColours };
    });
    return lines.slice(0, lines.findLastIndex(({ text }) => text !== "") + 1);
  }

  get text(): string {
    return this.lines.map(({ text }) => text).join("\n");
  }

  /** Resolves when the screen shows something, and with it. */
  shows(pattern: RegExp): Promise<RegExpExecArray> {
    return waitUntil(`the screen shows ${pattern}`, async () => {
      const found = pattern.exec(this.text);
      if (found === null) throw new Error(`it shows:\n${this.text}`);
      return found;
    });
  }

  /** As by a key of the keyboard: Ctrl-C is "\x03". */
  type(keys: string): void {
    this.#process.child.stdin?.write(keys);
  }

  /** As by the edge of its window: first the terminal, then the programs in it. */
  async resize({ columns, rows }: Size): Promise<void> {
    this.#screen.resize(columns, rows);
    const [pid = -1] = await childPids(this.#process.pid);
    const device = await readlink(`/proc/${pid}/fd/2`);
    await run("stty", ["-F", device, "cols", String(columns), "rows", String(rows)]);
  }

  /** The exit code, when everything that was written is on the screen. */
  async ended(): Promise<number> {
    const code = await this.#process.exited;
    await new Promise<void>((resolve) => this.#screen.write("", resolve));
    return code;
  }
}
