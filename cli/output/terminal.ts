import { styleText } from "node:util";
import { fit, type Line, type Tone } from "./liveBlock.ts";

type Output = Pick<NodeJS.WriteStream, "write" | "columns" | "rows">;

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";

const styles: Record<Exclude<Tone, "plain">, Parameters<typeof styleText>[0]> = {
  ...{ dim: "gray", good: "green", warn: "yellow", bad: "red" },
};

/** NO_COLOR with any value but the empty one, and terminals that say they are dumb. */
export function hasColors(environment: Readonly<Record<string, string | undefined>>): boolean {
  return !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
}

function paint(line: Line, colors: boolean): string {
  return line
    .map(([text, tone]) =>
      !colors || tone === "plain" ? text : styleText(styles[tone], text, { validateStream: false }),
    )
    .join("");
}

/** A block of lines that is drawn over itself; other lines scroll away above it. */
export class Terminal {
  readonly #output: Output;
  readonly #colors: boolean;
  #drawn = 0;
  #hidden = false;

  constructor(output: Output, colors: boolean) {
    this.#output = output;
    this.#colors = colors;
  }

  get columns(): number {
    return Math.max(10, this.#output.columns || 80);
  }

  get rows(): number {
    return Math.max(8, this.#output.rows || 24);
  }

  draw(lines: readonly Line[]): void {
    const shown = lines.slice(0, this.rows - 1).map((line) => fit(line, this.columns - 1));
    const text = shown.map((line) => `${paint(line, this.#colors)}\n`).join("");
    this.#output.write(`${this.#hidden ? "" : HIDE_CURSOR}${this.#clear()}${text}`);
    this.#hidden = true;
    this.#drawn = shown.length;
  }

  /** A line that stays, above the block. */
  print(text: string): void {
    this.#output.write(`${this.#clear()}${text}\n`);
    this.#drawn = 0;
  }

  /** Gives the cursor back; the block stays where it is unless it is to go. */
  end(clear: boolean): void {
    if (clear && this.#drawn > 0) this.#output.write(this.#clear());
    if (this.#hidden) this.#output.write(SHOW_CURSOR);
    this.#drawn = 0;
    this.#hidden = false;
  }

  /** Back to the first line of the block, with nothing below. */
  #clear(): string {
    return this.#drawn === 0 ? "" : `\x1b[${this.#drawn}A\r\x1b[0J`;
  }
}
