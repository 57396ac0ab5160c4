import type { StartOptions, TargetDefinition, TargetOption } from "./target.ts";
import { TargetError } from "./targetError.ts";

const decimal = /^[+-]?\d+(\.\d+)?$/;

/**
 * Reads a target's options and gathers every problem, so that one error lists them all:
 * read each option, then call `finish()`, which throws before any of the values is used.
 */
export class OptionReader {
  readonly #definition: Pick<TargetDefinition, "name" | "defaultPort" | "options">;
  readonly #given: StartOptions;
  readonly #problems: string[] = [];

  constructor(
    definition: Pick<TargetDefinition, "name" | "defaultPort" | "options">,
    given: StartOptions,
  ) {
    this.#definition = definition;
    this.#given = given;
    const known = new Set(["host", "port", ...definition.options.map((option) => option.name)]);
    for (const name of Object.keys(given)) {
      if (!known.has(name)) {
        this.#problems.push(`${name} is not an option; use one of ${[...known].join(", ")}`);
      }
    }
  }

  address(): { host: string; port: number } {
    const host = this.#given.host ?? "127.0.0.1";
    if (host.trim() === "") {
      this.#problems.push("host must be a host name or an IP address, for example 127.0.0.1");
    }
    const port = this.#readNumber({
      name: "port",
      description: "",
      default: this.#definition.defaultPort,
      kind: "number",
      min: 0,
      max: 65_535,
      integer: true,
    });
    return { host, port };
  }

  number(name: string): number {
    return this.#readNumber(this.#find(name));
  }

  string(name: string): string {
    return String(this.#given[name] ?? this.#find(name).default);
  }

  /**
   * An option written `key:count,key:count`, for example `200:9,500:1`: whole counts from 0 to
   * 1e12, keys as `isKey` accepts them. `keys` says in an error what a key is.
   */
  counts<Key extends string>(
    name: string,
    keys: string,
    isKey: (key: string) => key is Key,
  ): Map<Key, number> {
    const counts = new Map<Key, number>();
    for (const part of this.string(name).split(",")) {
      const [key = "", count = "", ...rest] = part.split(":").map((piece) => piece.trim());
      if (rest.length > 0 || !/^\d{1,13}$/.test(count) || Number(count) > 1e12 || !isKey(key)) {
        const example = this.#find(name).default;
        this.problem(
          `${name}: "${part}" is not <${keys}>:<whole number>; write it like ${example}`,
        );
      } else if (counts.has(key)) {
        this.problem(`${name} names ${key} twice; keep one of them`);
      } else {
        counts.set(key, Number(count));
      }
    }
    return counts;
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  finish(): void {
    if (this.#problems.length > 0) {
      throw new TargetError(
        "BAD_OPTIONS",
        `${this.#definition.name}: ${this.#problems.join("; also ")}`,
      );
    }
  }

  #find(name: string): TargetOption {
    const option = this.#definition.options.find((candidate) => candidate.name === name);
    if (option === undefined) throw new Error(`${this.#definition.name} defines no option ${name}`);
    return option;
  }

  #readNumber(option: TargetOption): number {
    const given = this.#given[option.name] ?? option.default;
    const value = typeof given === "number" || decimal.test(given) ? Number(given) : Number.NaN;
    const { min = -Number.MAX_VALUE, max = Number.MAX_VALUE, integer = false } = option;
    if (!(value >= min && value <= max) || (integer && !Number.isInteger(value))) {
      const kind = integer ? "a whole number" : "a number";
      this.#problems.push(
        `${option.name} must be ${kind} from ${min} to ${max}, not ${JSON.stringify(String(given))}`,
      );
    }
    return value;
  }
}
