import { valueAt } from "./jsonPath.ts";
import type { Condition, Operator, Source } from "./parseCondition.ts";
import { MAX_SEARCHED_CHARS } from "./regexGuard.ts";

/** An answer as conditions see it. Body and headers are there only as far as they were wanted. */
export interface Answer {
  readonly status: number;
  /** From due to end, microseconds. */
  readonly responseUs: number;
  /** Bytes of the body. */
  readonly size: number;
  text(): string;
  /** The parsed body; undefined when it is not JSON. */
  json(): unknown;
  /** By lower-case name; repeated ones joined with ", ". */
  header(name: string): string | undefined;
  /** What the answer sets the cookie of this name to. */
  cookie(name: string): string | undefined;
}

type Value = (answer: Answer) => unknown;

/** What an expression needs of an answer. */
export const needsBody = ({ kind }: Source) =>
  kind === "body" || kind === "json" || kind === "regex";

const searched = (text: string) =>
  text.length > MAX_SEARCHED_CHARS ? text.slice(0, MAX_SEARCHED_CHARS) : text;

function compileValue(source: Source): Value {
  switch (source.kind) {
    case "status":
      return (answer) => answer.status;
    case "latency":
      return (answer) => answer.responseUs;
    case "size":
      return (answer) => answer.size;
    case "body":
      return (answer) => answer.text();
    case "json": {
      const { path } = source;
      return (answer) => valueAt(answer.json(), path);
    }
    case "header": {
      const { name } = source;
      return (answer) => answer.header(name);
    }
    case "cookie": {
      const { name } = source;
      return (answer) => answer.cookie(name);
    }
    case "regex": {
      const regex = new RegExp(source.pattern);
      return (answer) => {
        const found = regex.exec(searched(answer.text()));
        return found === null ? undefined : (found[1] ?? found[0]);
      };
    }
  }
}

/** Numbers in headers and matches are texts; in JSON only numbers are numbers. */
function toNumber(value: unknown, source: Source): number {
  if (typeof value === "number") return value;
  const isText = typeof value === "string" && source.kind !== "json" && value.trim() !== "";
  return isText ? Number(value) : Number.NaN;
}

function compileOrder(operator: Operator, value: Value, source: Source, limit: number) {
  const number: (answer: Answer) => number = (answer) => toNumber(value(answer), source);
  switch (operator) {
    case "<":
      return (answer: Answer) => number(answer) < limit;
    case "<=":
      return (answer: Answer) => number(answer) <= limit;
    case ">":
      return (answer: Answer) => number(answer) > limit;
    default:
      return (answer: Answer) => number(answer) >= limit;
  }
}

function compileEquals(value: Value, source: Source, wanted: Condition["value"]) {
  if (typeof wanted === "number" && source.kind !== "body") {
    return (answer: Answer) => toNumber(value(answer), source) === wanted;
  }
  const text = source.kind === "json" ? wanted : String(wanted);
  return (answer: Answer) => value(answer) === text;
}

/** A condition as a function of an answer. `!=` holds for what there is and differs. */
export function compileCondition(condition: Condition): (answer: Answer) => boolean {
  const { source, operator, value: wanted } = condition;
  const value = compileValue(source);
  switch (operator) {
    case "exists":
      return source.kind === "body"
        ? (answer) => answer.size > 0
        : (answer) => value(answer) !== undefined;
    case "==":
      return compileEquals(value, source, wanted);
    case "!=": {
      const equals = compileEquals(value, source, wanted);
      return (answer) => value(answer) !== undefined && !equals(answer);
    }
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compileOrder(operator, value, source, Number(wanted));
    case "contains": {
      const part = String(wanted);
      return (answer) => {
        const found = value(answer);
        if (Array.isArray(found)) return found.some((item) => String(item) === part);
        return typeof found === "string" && found.includes(part);
      };
    }
    case "matches": {
      const regex = new RegExp(String(wanted));
      return (answer) => {
        const found = value(answer);
        return typeof found === "string" && regex.test(searched(found));
      };
    }
  }
}

/** What an extraction takes; undefined when there is nothing to take. Objects come as JSON. */
export function compileExtraction(source: Source): (answer: Answer) => string | undefined {
  const value = compileValue(source);
  return (answer) => {
    const found = value(answer);
    if (typeof found === "string") return found;
    if (found === undefined || found === null) return undefined;
    return typeof found === "object" ? JSON.stringify(found) : `${found as number | boolean}`;
  };
}
