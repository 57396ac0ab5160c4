import { fit, type Line, lineWidth } from "./line.ts";
import type { Paint } from "./tone.ts";

type Output = Pick<NodeJS.WriteStream, "write" | "columns" | "rows">;

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";

/** A block of lines that is drawn over itself; other lines scroll away above it. */
export class Terminal {
  readonly #output: Output;
  readonly #paint: Paint;
  /** Widths of the lines on the screen. */
  #drawn: number[] = [];
  #hidden = false;
  #ended = false;

  constructor(output: Output, paint: Paint) {
    this.#output = output;
    this.#paint = paint;
  }

  get columns(): number {
    return Math.max(10, this.#output.columns || 80);
  }

  get rows(): number {
    return Math.max(8, this.#output.rows || 24);
  }

  draw(lines: readonly Line[]): void {
    if (this.#ended) return;
    const shown = lines.slice(0, this.rows - 1).map((line) => fit(line, this.columns - 1));
    const painted = shown.map((line) => line.map((piece) => this.#paint(...piece)).join(""));
    const text = painted.map((line) => `${line}\n`).join("");
    this.#output.write(`${this.#hidden ? "" : HIDE_CURSOR}${this.#clear()}${text}`);
    this.#hidden = true;
    this.#drawn = shown.map(lineWidth);
  }

  /** A line that stays, above the block. */
  print(text: string): void {
    if (this.#ended) return;
    this.#output.write(`${this.#clear()}${text}\n`);
    this.#drawn = [];
  }

  /**
   * Gives the cursor back; the block stays where it is unless it is to go. Nothing is drawn after
   * that: the output is somebody else's.
   */
  end(clear: boolean): void {
    this.#ended = true;
    if (clear && this.#drawn.length > 0) this.#output.write(this.#clear());
    if (this.#hidden) this.#output.write(SHOW_CURSOR);
    this.#drawn = [];
    this.#hidden = false;
  }

  /**
   * Back to the first line of the block, with nothing below. A terminal that has become narrower
   * since has broken lines that were too long for it into several.
   */
  #clear(): string {
    const rows = this.#drawn.reduce(
      (sum, width) => sum + Math.max(1, Math.ceil(width / this.columns)),
      0,
    );
    return rows === 0 ? "" : `\x1b[${rows}A\r\x1b[0J`;
  }
}
