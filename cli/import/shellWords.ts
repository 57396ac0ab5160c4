import { ImportError } from "./imported.ts";

/** Escapes of `$'…'` (ANSI-C quoting). */
const ansiEscapes: Record<string, string> = {
  ...{ n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", f: "\f", v: "\v", e: "\x1b", E: "\x1b" },
};

const ansiCode = /^(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3}))/;

const notClosed = (quote: string) => new ImportError(`a ${quote} in the command is not closed`);

interface Piece {
  text: string;
  end: number;
}

function readAnsi(text: string, from: number): Piece {
  let value = "";
  for (let at = from; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === "'") return { text: value, end: at + 1 };
    if (char !== "\\") {
      value += char;
      continue;
    }
    const code = ansiCode.exec(text.slice(at + 1, at + 10));
    if (code !== null) {
      const [all, hex, short, long, octal = "0"] = code;
      const digits = hex ?? short ?? long;
      const point = digits === undefined ? Number.parseInt(octal, 8) : Number.parseInt(digits, 16);
      value += point <= 0x10_ff_ff ? String.fromCodePoint(point) : "\ufffd";
      at += all.length;
    } else {
      const next = text[at + 1] ?? "";
      value += ansiEscapes[next] ?? (/[\\'"?]/.test(next) ? next : `\\${next}`);
      at++;
    }
  }
  throw notClosed("$'");
}

function readDouble(text: string, from: number): Piece {
  let value = "";
  for (let at = from; at < text.length; at++) {
    const char = text[at] ?? "";
    const next = text[at + 1] ?? "";
    if (char === '"') return { text: value, end: at + 1 };
    if (char === "\\" && /["\\$`\n]/.test(next)) {
      if (next !== "\n") value += next;
      at++;
    } else value += char;
  }
  throw notClosed('"');
}

/** The piece of a word that begins at `at`: quoted, escaped, or one plain character. */
function readPiece(text: string, at: number): Piece {
  const char = text[at] ?? "";
  if (char === "'") {
    const end = text.indexOf("'", at + 1);
    if (end < 0) throw notClosed("'");
    return { text: text.slice(at + 1, end), end: end + 1 };
  }
  if (char === '"') return readDouble(text, at + 1);
  if (char === "$" && text[at + 1] === "'") return readAnsi(text, at + 2);
  if (char === "\\") return { text: text[at + 1] ?? "", end: at + 2 };
  return { text: char, end: at + 1 };
}

/**
 * The words of the first simple command of a text, by the quoting rules of a POSIX shell and
 * `$'…'` of bash. Variables and substitutions stay as they are written; nothing is ever run.
 */
export function shellWords(source: string): { words: string[]; rest: string } {
  const text = source.replaceAll("\r\n", "\n");
  const words: string[] = [];
  let word: string | undefined;
  const endWord = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  for (let at = 0; at < text.length;) {
    const char = text[at] ?? "";
    if (char === "\\" && text[at + 1] === "\n") at += 2;
    else if (/[ \t]/.test(char)) {
      endWord();
      at++;
    } else if (char === "#" && word === undefined) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else if (/[\n;|&<>]/.test(char)) {
      endWord();
      if (words.length > 0) return { words, rest: text.slice(at).trim() };
      at++;
    } else {
      const piece = readPiece(text, at);
      word = (word ?? "") + piece.text;
      at = piece.end;
    }
  }
  endWord();
  return { words, rest: "" };
}
