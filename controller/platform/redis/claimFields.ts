import type { KeptClaims } from "../ports.ts";

/** Before the name of a field, which the script in `worker/agent/redis/claimScript.ts` keeps too. */
const CLAIMED_BY = "share:";
const NEXT_OF = "next:";
const LAST_OF = "last:";

/** Claims as fields and values of their hash, in turn. */
export function claimFields({ claimed, next, answered }: KeptClaims): string[] {
  return [
    ...fields(CLAIMED_BY, claimed),
    ...fields(NEXT_OF, next),
    ...fields(LAST_OF, answered),
  ].flat();
}

/** The opposite of `claimFields`; what it does not know is left out. */
export function readClaims(reply: readonly string[]): KeptClaims {
  const entries: [field: string, value: string][] = [];
  for (let i = 0; i + 1 < reply.length; i += 2) {
    entries.push([String(reply[i]), String(reply[i + 1])]);
  }
  const named = (prefix: string) =>
    entries
      .filter(([field]) => field.startsWith(prefix))
      .map(([field, value]) => [field.slice(prefix.length), value] as const);
  const numbers = (prefix: string) =>
    Object.fromEntries(named(prefix).map(([name, value]) => [name, Number(value)]));
  return {
    claimed: numbers(CLAIMED_BY),
    next: numbers(NEXT_OF),
    answered: Object.fromEntries(named(LAST_OF)),
  };
}

function fields(prefix: string, values: Readonly<Record<string, number | string>>): string[][] {
  return Object.entries(values).map(([name, value]) => [`${prefix}${name}`, String(value)]);
}
