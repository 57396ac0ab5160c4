import { objectOf, type Raw, textOf } from "./raw.ts";
import type { Note } from "./imported.ts";

/** `$ref` within one document; others are noted and read as empty. */
export class References {
  readonly #document: unknown;
  readonly #left: Note[];
  readonly #noted = new Set<string>();

  constructor(document: unknown, left: Note[]) {
    this.#document = document;
    this.#left = left;
  }

  #unresolved(reference: string, message: string): Raw {
    if (!this.#noted.has(reference)) this.#left.push({ where: reference, message });
    this.#noted.add(reference);
    return {};
  }

  #lookUp(reference: string): unknown {
    const keys = reference
      .slice(2)
      .split("/")
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    return keys.reduce<unknown>((value, key) => {
      const list = Array.isArray(value) ? value[Number(key)] : undefined;
      const own = objectOf(value);
      return Object.hasOwn(own, key) ? own[key] : (list as unknown);
    }, this.#document);
  }

  /** The object itself, or what it refers to. */
  resolve(value: unknown): Raw {
    let raw = objectOf(value);
    // References to references end somewhere, or go round.
    for (let i = 0; i < 20; i++) {
      const reference = textOf(raw["$ref"]);
      if (reference === undefined) return raw;
      if (!reference.startsWith("#/")) {
        return this.#unresolved(reference, "is in another file: bundle the document into one");
      }
      const found = this.#lookUp(reference);
      if (found === undefined) return this.#unresolved(reference, "is not in the document");
      raw = objectOf(found);
    }
    return this.#unresolved(textOf(raw["$ref"]) ?? "", "refers to itself");
  }
}
