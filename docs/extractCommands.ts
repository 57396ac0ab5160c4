/**
 * Reads the code blocks of Markdown pages, so that tests can check them and run those that are
 * marked: a block that opens with ```sh runnable ends by itself when it is run, line by line, from
 * the root of the repository, with a platform at 127.0.0.1:8080 and the targets sms-gateway and
 * known at their default ports.
 */

export interface CodeBlock {
  file: string;
  /** Line of the first line inside the block, from 1. */
  line: number;
  /** First word after the fence, "" when there is none. */
  language: string;
  /** The words after the language. */
  marks: readonly string[];
  text: string;
}

export interface ShellCommand {
  file: string;
  line: number;
  /** As it stands in the page; more than one line when quotes or a backslash join them. */
  text: string;
}

/** Every fenced block of a page. */
export function codeBlocks(file: string, markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { block: CodeBlock; fence: string; lines: string[] } | undefined;
  markdown.split("\n").forEach((line, index) => {
    if (open === undefined) {
      const match = /^\s*(`{3,}|~{3,})\s*(.*)$/.exec(line);
      if (match === null) return;
      const [language = "", ...marks] = (match[2] ?? "").trim().split(/\s+/);
      const block = { file, line: index + 2, language, marks, text: "" };
      open = { block, fence: match[1] ?? "```", lines: [] };
    } else if (line.trim() === open.fence) {
      blocks.push({ ...open.block, text: open.lines.join("\n") });
      open = undefined;
    } else {
      open.lines.push(line);
    }
  });
  return blocks;
}

/** Whether a command goes on in the next line: an open quote, or a backslash at the end. */
function isOpen(text: string): boolean {
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? "";
    if (quote === "'") {
      if (character === "'") quote = "";
    } else if (character === "\\") {
      i++;
      if (i >= text.length) return true;
    } else if (quote === '"') {
      if (character === '"') quote = "";
    } else if (character === "'" || character === '"') {
      quote = character;
    }
  }
  return quote !== "";
}

/** The commands of a shell block; comments and empty lines are left out. */
export function shellCommands(block: CodeBlock): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let begun: ShellCommand | undefined;
  block.text.split("\n").forEach((line, index) => {
    if (begun === undefined) {
      if (line.trim() === "" || line.trim().startsWith("#")) return;
      begun = { file: block.file, line: block.line + index, text: line };
    } else {
      begun.text += `\n${line}`;
    }
    if (isOpen(begun.text)) return;
    commands.push(begun);
    begun = undefined;
  });
  if (begun !== undefined) commands.push(begun);
  return commands;
}

/** Commands of every block of the page that is marked as runnable. */
export function runnableCommands(file: string, markdown: string): ShellCommand[] {
  return codeBlocks(file, markdown)
    .filter(({ language, marks }) => language === "sh" && marks.includes("runnable"))
    .flatMap(shellCommands);
}

const OPERATORS = ["&&", "||", "|", ";", "&"];

/**
 * The words of each simple command in a line, quotes and comments removed. It knows quotes,
 * backslashes and `&& || | ; &`; variables stay as they are written.
 */
export function commandWords(text: string): string[][] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  const endWord = () => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? "";
    const operator = OPERATORS.find((candidate) => text.startsWith(candidate, i));
    if (character === "'") {
      const end = text.indexOf("'", i + 1);
      word = (word ?? "") + text.slice(i + 1, end);
      i = end;
    } else if (character === '"') {
      let quoted = "";
      for (i++; i < text.length && text[i] !== '"'; i++) {
        if (text[i] === "\\" && /["\\$`]/.test(text[i + 1] ?? "")) i++;
        quoted += text[i];
      }
      word = (word ?? "") + quoted;
    } else if (character === "\\") {
      i++;
      if (text[i] !== "\n") word = (word ?? "") + (text[i] ?? "");
    } else if (/\s/.test(character)) {
      endWord();
    } else if (character === "#" && word === undefined) {
      while (i < text.length && text[i] !== "\n") i++;
    } else if (operator !== undefined) {
      endWord();
      commands.push([]);
      i += operator.length - 1;
    } else {
      word = (word ?? "") + character;
    }
  }
  endWord();
  return commands.filter((words) => words.length > 0);
}

/** A command's variables in front, such as `PORT=9000`, and its other words. */
export function splitVariables(words: readonly string[]): {
  variables: Record<string, string>;
  words: string[];
} {
  const first = words.findIndex((word) => !/^[A-Z_][A-Z0-9_]*=/.test(word));
  const count = first < 0 ? words.length : first;
  const variables = Object.fromEntries(
    words.slice(0, count).map((word) => {
      const at = word.indexOf("=");
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
  return { variables, words: words.slice(count) };
}
