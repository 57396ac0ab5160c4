import type { Tone } from "./tone.ts";
import { cutTo, widthOf } from "./textWidth.ts";

export type Piece = readonly [text: string, tone: Tone];

/** A line in pieces, so that it can be cut to a width before it is coloured. */
export type Line = readonly Piece[];

export const lineWidth = (line: Line) => line.reduce((sum, [text]) => sum + widthOf(text), 0);

/** Cut to a width, with an ellipsis where something is missing. */
export function fit(line: Line, columns: number): Line {
  if (lineWidth(line) <= columns) return line;
  let room = Math.max(0, columns - 1);
  const cut = line.flatMap(([text, tone]): Piece[] => {
    const part = cutTo(text, room);
    // What follows a part that is missing is missing, too.
    room = part === text ? room - widthOf(part) : 0;
    return part === "" ? [] : [[part, tone]];
  });
  return [...cut, ["…", "dim"]];
}

const NAME_WIDTH = 10;
const GAP = "  ";

/** A part that is wider than its room, in several. */
function byWords([text, tone]: Piece, room: number): Piece[] {
  if (widthOf(text) <= room) return [[text, tone]];
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const more = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && widthOf(more) <= room) lines[lines.length - 1] = more;
    else lines.push(word);
  }
  return lines.map((line) => [line, tone]);
}

/** A name and parts beside it, in as many lines as they need. */
export function flow(name: string, parts: readonly Piece[], columns: number): Line[] {
  const room = columns - NAME_WIDTH;
  const lines: Line[] = [];
  let line: Piece[] = [[name.padEnd(NAME_WIDTH), "dim"]];
  let isEmpty = true;
  for (const [text, tone] of parts.flatMap((part) => byWords(part, room))) {
    const needed = lineWidth(line) + (isEmpty ? 0 : GAP.length) + widthOf(text);
    if (!isEmpty && needed > columns) {
      lines.push(line);
      line = [[" ".repeat(NAME_WIDTH), "plain"]];
      isEmpty = true;
    }
    line.push([isEmpty ? text : `${GAP}${text}`, tone]);
    isEmpty = false;
  }
  return [...lines, line];
}
