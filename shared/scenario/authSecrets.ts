import { hasTemplate, parseTemplate } from "../template/parseTemplate.ts";
import type { Auth } from "./requestFields.ts";

/** Passwords and tokens of `auth`, wherever a scenario may have one. */

export const MASK = "***";

/** Fields in which requests lie, as deep as flows go. */
const nesting = ["workloads", "setup", "teardown", "steps", "parallel", "choose"] as const;

type Raw = Record<string, unknown>;
const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A scenario, or what lies in it, with each of its credentials changed; paths as problems have them. */
export function mapAuth<T>(value: T, change: (auth: Auth, path: string) => Auth, path = ""): T {
  if (Array.isArray(value)) {
    return value.map((item: unknown, i) => mapAuth(item, change, `${path}[${i}]`)) as T;
  }
  if (!isObject(value)) return value;
  const at = (field: string) => (path === "" ? field : `${path}.${field}`);
  const changed: Raw = { ...value };
  if (isObject(value["auth"])) changed["auth"] = change(value["auth"] as Auth, at("auth"));
  for (const field of nesting) {
    if (value[field] !== undefined) changed[field] = mapAuth(value[field], change, at(field));
  }
  return changed as T;
}

/** A text of nothing but templates tells nobody anything: what they give is not in it. */
function isSecret(text: string): boolean {
  if (!hasTemplate(text)) return text !== "";
  const parsed = parseTemplate(text);
  if (!parsed.ok) return true;
  return parsed.segments.some((segment) => {
    if (typeof segment === "string") return segment.trim() !== "";
    const args = segment.kind === "call" ? segment.args : [segment];
    return args.some((arg) => arg.kind === "text");
  });
}

const masked = (text: string) => (isSecret(text) ? MASK : text);

export function maskAuth(auth: Auth): Auth {
  if (auth === "none") return auth;
  if ("bearer" in auth) return { bearer: masked(auth.bearer) };
  const { user, password } = auth.basic;
  return { basic: { user, password: masked(password) } };
}

/** What `previous` had at the same place, where its mask came back for the same user. */
export function restoreAuth(auth: Auth, previous: Auth | undefined): Auth {
  if (previous === undefined || !isMasked(auth)) return auth;
  const isSame = JSON.stringify(maskAuth(previous)) === JSON.stringify(auth);
  return isSame ? previous : auth;
}

export function isMasked(auth: Auth): boolean {
  if (auth === "none") return false;
  return ("bearer" in auth ? auth.bearer : auth.basic.password) === MASK;
}
