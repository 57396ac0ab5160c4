import { hasTemplate, parseTemplate } from "../template/parseTemplate.ts";
import { formatPath } from "./problems.ts";
import type { Scenario } from "./scenarioSchema.ts";

/**
 * Secrets are kept with a scenario and shown to nobody: whoever reads a scenario sees a mask in
 * their place, and a mask that comes back stands for what was there before. Secret are credentials
 * of proxies, `auth`, headers whose name says so, and what the scenario's `secrets` lists.
 */

export const MASK = "***";

export type Path = readonly (string | number)[];
export type WithSecrets = Partial<Scenario>;

const secretHeader =
  /^(?:proxy-)?authorization$|^cookie$|(?:^|-)(?:token|secret|password|passwd|credentials?|signature|session|jwt|(?:api|access|auth|secret|private|subscription)-?key)(?:-|$)/i;

/** A text of nothing but templates tells nobody anything: what they give is not in it. */
function isSecret(text: string): boolean {
  if (!hasTemplate(text)) return text.trim() !== "";
  const parsed = parseTemplate(text);
  if (!parsed.ok) return true;
  return parsed.segments.some((segment) => {
    if (typeof segment === "string") return segment.trim() !== "";
    const args = segment.kind === "call" ? segment.args : [segment];
    return args.some((arg) => arg.kind === "text");
  });
}

function maskProxy(proxy: string): string {
  if (!URL.canParse(proxy)) return MASK;
  const { username, password, host, protocol } = new URL(proxy);
  if (username === "" && password === "") return proxy;
  // A user without a password is a token as a rule.
  const user = password === "" ? MASK : `${username}:${MASK}`;
  return `${protocol}//${user}@${host}`;
}

/** `Bearer x` is shown as `Bearer ***`; what templates alone give is no secret yet. */
function maskCredentials(value: string): string {
  const scheme = /^[A-Za-z][\w-]* (?=\S)/.exec(value)?.[0] ?? "";
  return isSecret(value.slice(scheme.length)) ? `${scheme}${MASK}` : value;
}

/** Where it goes is no secret, and a mask must still be a URL. */
function maskWhole(value: string): string {
  const origin = /^https?:\/\/[^/?#]+/i.exec(value)?.[0];
  return origin === undefined ? MASK : `${origin}/${MASK}`;
}

/** How the string at `path` is shown. */
export function shown(value: string, path: Path, listed: ReadonlySet<string>): string {
  const [outer, parent, key] = [path.at(-3), path.at(-2), path.at(-1)];
  const isOwn = !path.includes("body") && path[0] !== "data" && path[0] !== "secrets";
  if (isOwn && parent === "http" && key === "proxy") return maskProxy(value);
  if (isOwn && parent === "headers" && secretHeader.test(String(key))) {
    return maskCredentials(value);
  }
  const isAuth =
    (parent === "auth" && key === "bearer") ||
    (outer === "auth" && parent === "basic" && key === "password");
  if (isOwn && isAuth) return isSecret(value) ? MASK : value;
  return listed.has(formatPath(path)) ? maskWhole(value) : value;
}

/** `user` is the one beside a password: a mask stands for the password of this user alone. */
type Change = (value: string, path: Path, user: string) => string;

export function mapStrings(value: unknown, path: Path, change: Change, user = ""): unknown {
  if (typeof value === "string") return change(value, path, user);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item, i) => mapStrings(item, [...path, i], change));
  const beside = path.at(-1) === "basic" && "user" in value ? String(value.user) : "";
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      mapStrings(inner, [...path, key], change, beside),
    ]),
  );
}

export const mapScenario = <T extends WithSecrets>(scenario: T, change: Change): T =>
  mapStrings(scenario, [], change) as T;

export const listedIn = (...scenarios: WithSecrets[]) =>
  new Set(scenarios.flatMap(({ secrets }) => secrets ?? []));

/** A scenario as it may be shown. */
export function maskSecrets<T extends WithSecrets>(scenario: T): T {
  const listed = listedIn(scenario);
  return mapScenario(scenario, (value, path) => shown(value, path, listed));
}
