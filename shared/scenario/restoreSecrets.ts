import { hostsIn, isInResults } from "./places.ts";
import { formatPath } from "./problems.ts";
import { listedIn, MASK, mapScenario, type Path, shown, type WithSecrets } from "./secrets.ts";

/** Masks that come back: what they stand for, and which of them stand for nothing. */

interface Hidden {
  value: string;
  path: Path;
  isListed: boolean;
}

/** What a scenario hides, by where it is and by its name alone, each with its mask and user. */
function hiddenIn(scenario: WithSecrets) {
  const listed = listedIn(scenario);
  const byPath = new Map<string, Hidden[]>();
  const byName = new Map<string, Hidden[]>();
  mapScenario(scenario, (value, path, user) => {
    const masked = shown(value, path, listed);
    if (masked === value) return value;
    const hidden = { value, path, isListed: listed.has(formatPath(path)) };
    const keys = keysOf(path, masked, user);
    byPath.set(keys.path, [hidden]);
    const others = byName.get(keys.name);
    if (others === undefined) byName.set(keys.name, [hidden]);
    else others.push(hidden);
    return value;
  });
  return { byPath, byName };
}

const keysOf = (path: Path, masked: string, user: string) => ({
  path: `${formatPath(path)} ${masked} ${user}`,
  // A place in a list is no name.
  name: `${typeof path.at(-1) === "number" ? formatPath(path) : path.at(-1)} ${masked} ${user}`,
});

/**
 * Puts what `previous` had where its masked form came back unchanged. A mask stands for nothing
 * where what it hid would be shown, or would go to another host: whoever may write a scenario need
 * not know its secrets. What was listed as secret stays listed.
 */
export function restoreSecrets<T extends WithSecrets>(scenario: T, previous: WithSecrets): T {
  const listed = listedIn(scenario);
  const { byPath, byName } = hiddenIn(previous);
  const carried = new Set(scenario.secrets);

  const hostsBefore = hostsIn(previous);
  const hostsNow = hostsIn(scenario);
  const staysWithItsHosts = (from: Path, to: Path) => {
    const before = hostsBefore(from);
    return [...hostsNow(to)].every((host) => before.has(host));
  };
  const restored = mapScenario(scenario, (masked, path, user) => {
    if (!masked.includes(MASK) || isInResults(path)) return masked;
    const keys = keysOf(path, masked, user);
    // Steps may have moved: by name alone, as long as only one thing had that name and that mask.
    const candidates = byPath.get(keys.path) ?? byName.get(keys.name) ?? [];
    if (new Set(candidates.map(({ value }) => value)).size !== 1) return masked;
    const at = formatPath(path);
    const found = candidates.find(
      ({ value, path: from, isListed }) =>
        shown(value, path, isListed ? new Set([at]) : listed) === masked &&
        staysWithItsHosts(from, path),
    );
    if (found === undefined) return masked;
    if (found.isListed) carried.add(at);
    return found.value;
  });
  return carried.size === 0 ? restored : { ...restored, secrets: [...carried] };
}

/**
 * Paths of secrets that are a mask: they cannot be used as they are. With `previous` also of its
 * masks where they hide nothing.
 */
export function maskedPaths(scenario: WithSecrets, previous: WithSecrets = {}): string[] {
  const listed = listedIn(scenario);
  const listedBefore = listedIn(previous);
  const masksBefore = new Set<string>();
  const textsBefore = new Set<string>();
  mapScenario(previous, (value, path) => {
    const masked = shown(value, path, listedBefore);
    if (masked !== value) masksBefore.add(masked);
    else if (value.includes(MASK)) textsBefore.add(`${formatPath(path)} ${value}`);
    return value;
  });
  const paths: string[] = [];
  mapScenario(scenario, (value, path) => {
    if (!value.includes(MASK)) return value;
    const isMask = shown(value, path, listed) === value;
    const marker = shown(value.replaceAll(MASK, "secret"), path, listed);
    const isOld = masksBefore.has(value) && !textsBefore.has(`${formatPath(path)} ${value}`);
    if ((isMask && marker.includes(MASK)) || isOld) paths.push(formatPath(path));
    return value;
  });
  return paths;
}
