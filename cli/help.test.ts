import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createProgram } from "./main.ts";

/** A command with those below it. */
const withAll = (command: Command): Command[] => [command, ...command.commands.flatMap(withAll)];

const nameOf = (command: Command): string =>
  command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;

function helpOf(command: Command): string {
  let text = "";
  const write = (part: string) => void (text += part);
  command.configureOutput({ writeOut: write, writeErr: write }).outputHelp();
  return text;
}

const commands = withAll(createProgram()).map((command) => [nameOf(command), command] as const);

describe.each(commands)("%s --help", (_, command) => {
  const help = helpOf(command);

  test("says what it does, and what each argument and option means", () => {
    expect(command.description()).toMatch(/^\p{L}/u);
    for (const { name, description } of command.registeredArguments.map((argument) => ({
      ...{ name: argument.name(), description: argument.description },
    }))) {
      expect(description, name).not.toBe("");
    }
    for (const { flags, description } of command.options) expect(description, flags).not.toBe("");
  });

  test("has examples", () => expect(help).toMatch(/\nExamples?:\n {2}\S/));

  test("begins its sentences alike, fits a terminal, and names options as they are written", () => {
    if (command.parent !== null) expect(command.description()).toMatch(/^\p{Ll}|^an? /u);
    for (const { flags, description } of command.options) {
      expect(description, flags).not.toMatch(/\.$|[a-z](?:Ms|Bytes|Every|Mix)\b/);
    }
    for (const line of help.split("\n")) expect(line.length, line).toBeLessThanOrEqual(100);
  });
});
