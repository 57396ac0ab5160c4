/** `column` counts from 1. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; column: number; message: string };

class TextError extends Error {
  readonly column: number;

  constructor(at: number, message: string) {
    super(message);
    this.column = at + 1;
  }
}

/** Walks through one line of a small grammar; whatever does not fit is reported with its column. */
export class TextReader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  skipSpace(): void {
    while (/\s/.test(this.text[this.at] ?? "")) this.at++;
  }

  fail(message: string, at = this.at): never {
    throw new TextError(at, message);
  }

  take(pattern: RegExp): string | undefined {
    const sticky = new RegExp(pattern.source, "y");
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  expect(char: string): void {
    if (this.text[this.at] !== char) this.fail(`"${char}" is missing`);
    this.at++;
  }

  /** A quoted text; `\"` and `\\` stand for the character, other backslashes for themselves. */
  quoted(): string {
    const quote = this.text[this.at];
    const begin = this.at;
    let value = "";
    for (this.at++; !this.isAtEnd; this.at++) {
      const char = this.text[this.at] as string;
      const next = this.text[this.at + 1];
      if (char === quote) {
        this.at++;
        return value;
      }
      if (char === "\\" && (next === quote || next === "\\")) {
        value += next;
        this.at++;
      } else value += char;
    }
    return this.fail("a quote that is not closed", begin);
  }

  get isAtQuote(): boolean {
    return this.text[this.at] === '"' || this.text[this.at] === "'";
  }
}

/** Reads all of a text, or answers where and why it does not fit. */
export function parseText<T>(text: string, read: (reader: TextReader) => T): Parsed<T> {
  const reader = new TextReader(text);
  try {
    const value = read(reader);
    reader.skipSpace();
    if (!reader.isAtEnd) reader.fail(`unexpected "${text.slice(reader.at, reader.at + 20)}"`);
    return { ok: true, value };
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    return { ok: false, column: error.column, message: error.message };
  }
}
