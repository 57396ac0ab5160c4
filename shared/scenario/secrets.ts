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

/** Whether what a request header of this name holds must not be shown. */
export const isSecretHeader = (name: string): boolean => secretHeader.test(name);

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

const schemeOf = (value: string) => /^[A-Za-z][\w-]* (?=\S)/.exec(value)?.[0] ?? "";

/** `x` of `Bearer x`. */
export const withoutScheme = (value: string) => value.slice(schemeOf(value).length);

/** `Bearer x` is shown as `Bearer ***`; what templates alone give is no secret yet. */
function maskCredentials(value: string): string {
  return isSecret(withoutScheme(value)) ? `${schemeOf(value)}${MASK}` : value;
}

/** Where it goes is no secret, and a mask must still be a URL. */
function maskWhole(value: string): string {
  const origin = /^https?:\/\/[^/?#]+/i.exec(value)?.[0];
  return origin === undefined ? MASK : `${origin}/${MASK}`;
}

type SecretPlace = "proxy" | "header" | "auth" | "listed";

/** As what the string at `path` is a secret; undefined when it is none. */
function placeOf(path: Path, listed: ReadonlySet<string>): SecretPlace | undefined {
  const [outer, parent, key] = [path.at(-3), path.at(-2), path.at(-1)];
  const isOwn = !path.includes("body") && path[0] !== "data" && path[0] !== "secrets";
  if (isOwn && parent === "http" && key === "proxy") return "proxy";
  if (isOwn && parent === "headers" && isSecretHeader(String(key))) return "header";
  const isAuth =
    (parent === "auth" && key === "bearer") ||
    (outer === "auth" && parent === "basic" && key === "password");
  if (isOwn && isAuth) return "auth";
  return listed.has(formatPath(path)) ? "listed" : undefined;
}

/** How the string at `path` is shown. */
export function shown(value: string, path: Path, listed: ReadonlySet<string>): string {
  switch (placeOf(path, listed)) {
    case "proxy":
      return maskProxy(value);
    case "header":
      return maskCredentials(value);
    case "auth":
      return isSecret(value) ? MASK : value;
    case "listed":
      return maskWhole(value);
    case undefined:
      return value;
  }
}

/** The credentials in the URL of a proxy, as they are written and as they are meant. */
function proxySecrets(proxy: string): string[] {
  if (!URL.canParse(proxy)) return [proxy];
  const { username, password } = new URL(proxy);
  const secret = password === "" ? username : password;
  try {
    return [secret, decodeURIComponent(secret)];
  } catch {
    // With a percent sign that encodes nothing it means what it says.
    return [secret];
  }
}

/**
 * Every text of a scenario whose value is a secret wherever it turns up, as it is written there:
 * with templates, which give secrets only when they are rendered.
 */
export function secretTexts(scenario: WithSecrets): string[] {
  const listed = listedIn(scenario);
  const texts: string[] = [];
  mapScenario(scenario, (value, path) => {
    const place = placeOf(path, listed);
    if (place === "proxy") texts.push(...proxySecrets(value));
    else if (place === "header") texts.push(withoutScheme(value));
    else if (place === "listed") texts.push(value.replace(/^https?:\/\/[^/?#]+\/?/i, ""));
    else if (place === "auth") texts.push(value);
    return value;
  });
  return [...new Set(texts)].filter((text) => text.trim() !== "");
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
