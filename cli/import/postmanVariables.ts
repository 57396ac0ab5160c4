import type { Note } from "./imported.ts";
import { literal } from "./requestStep.ts";
import { objectsOf, type Raw, scalarOf } from "./raw.ts";

/** Postman's dynamic variables that templates have too. */
const dynamic: Record<string, string> = {
  $guid: "{{uuid}}",
  $randomUUID: "{{uuid}}",
  $timestamp: "{{timestamp}}",
  $randomInt: "{{randomInt 0 1000}}",
};

/** Names that a shell has values for: they are not what a collection means by them. */
const shellNames = new Set(["USER", "HOME", "HOST", "HOSTNAME", "PATH", "PWD", "SHELL", "LANG"]);

/** Names of the environment: what Postman allows and a shell does not becomes _. */
export function environmentName(name: string): string {
  const words = name.trim().replaceAll(/[^A-Za-z0-9]+/g, "_");
  const upper = words.replaceAll(/([a-z\d])([A-Z])/g, "$1_$2").toUpperCase();
  if (shellNames.has(upper)) return `API_${upper}`;
  return /^\d/.test(upper) ? `_${upper}` : upper;
}

/** Replaces `{{name}}` of Postman: known values by themselves, others by `${NAME}`. */
export class PostmanVariables {
  readonly #values = new Map<string, string>();
  readonly #left: Note[];
  readonly #noted = new Set<string>();

  constructor(variables: unknown, left: Note[]) {
    this.#left = left;
    for (const variable of objectsOf(variables)) this.#add(variable);
  }

  #add(variable: Raw): void {
    const name = scalarOf(variable["key"]) ?? scalarOf(variable["id"]);
    const value = scalarOf(variable["value"]);
    if (name === undefined || variable["disabled"] === true) return;
    if (value !== undefined && value !== "") this.#values.set(name, value);
  }

  #note(name: string, message: string): void {
    if (this.#noted.has(name)) return;
    this.#noted.add(name);
    this.#left.push({ where: `{{${name}}}`, message });
  }

  #valueOf(name: string, depth: number): string {
    const value = this.#values.get(name);
    // Variables may name each other, and, by mistake, themselves.
    if (value !== undefined && depth < 10) return this.#fill(value, depth + 1);
    const template = dynamic[name];
    if (template !== undefined) {
      if (name === "$timestamp") {
        this.#note(name, "is in seconds in Postman; {{timestamp}} is in milliseconds");
      }
      return template;
    }
    const placeholder = `\${${environmentName(name)}}`;
    this.#note(name, `has no value in the collection: ${placeholder} is to be given`);
    return placeholder;
  }

  #fill(text: string, depth: number): string {
    return text.replaceAll(
      /\{\{\s*([^{}\s](?:[^{}]*[^{}\s])?)\s*\}\}|\{\{/g,
      (braces, name?: string) =>
        name === undefined ? literal(braces) : this.#valueOf(name, depth),
    );
  }

  fill(text: string): string {
    return this.#fill(
      text.replaceAll("${", () => "$${"),
      0,
    );
  }
}
