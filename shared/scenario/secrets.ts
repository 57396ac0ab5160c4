import { isMasked, MASK, mapAuth, maskAuth, restoreAuth } from "./authSecrets.ts";
import type { Auth } from "./requestFields.ts";
import type { Scenario } from "./scenarioSchema.ts";

/**
 * Credentials are kept with a scenario and shown to nobody: whoever reads a scenario
 * sees a mask in their place, and a mask that comes back stands for what was there before.
 */

type WithProxies = Pick<Scenario, "http" | "workloads">;
type WithSecrets = WithProxies & Partial<Pick<Scenario, "auth" | "steps">>;
type Http = NonNullable<Scenario["http"]>;

function masked(proxy: string): string {
  const { username, password, host, protocol } = new URL(proxy);
  if (username === "" && password === "") return proxy;
  // A user without a password is a token as a rule.
  const user = password === "" ? MASK : `${username}:${MASK}`;
  return `${protocol}//${user}@${host}`;
}

function mapHttp(http: Http | undefined, change: (proxy: string) => string): { http?: Http } {
  if (http === undefined) return {};
  return { http: http.proxy === undefined ? http : { ...http, proxy: change(http.proxy) } };
}

/** The scenario with every proxy changed; `workload` is null for the scenario's own. */
function mapProxies<T extends WithProxies>(
  scenario: T,
  change: (proxy: string, workload: number | null) => string,
): T {
  const { workloads } = scenario;
  return {
    ...scenario,
    ...mapHttp(scenario.http, (proxy) => change(proxy, null)),
    ...(workloads === undefined
      ? {}
      : {
          workloads: workloads.map((workload, i) => ({
            ...workload,
            ...mapHttp(workload.http, (proxy) => change(proxy, i)),
          })),
        }),
  };
}

/** A scenario as it may be shown. */
export function maskSecrets<T extends WithSecrets>(scenario: T): T {
  return mapAuth(mapProxies(scenario, masked), maskAuth);
}

/** Puts the credentials of `previous` where its masked form came back unchanged. */
export function restoreSecrets<T extends WithSecrets>(scenario: T, previous: WithSecrets): T {
  const knownAuth = new Map<string, Auth>();
  mapAuth(previous, (auth, path) => {
    knownAuth.set(path, auth);
    return auth;
  });
  const withAuth = mapAuth(scenario, (auth, path) => restoreAuth(auth, knownAuth.get(path)));
  const known = new Map<string, string>();
  const at = (workload: number | null, shown: string) => `${workload ?? ""} ${shown}`;
  mapProxies(previous, (proxy, workload) => {
    known.set(masked(proxy), proxy).set(at(workload, masked(proxy)), proxy);
    return proxy;
  });
  return mapProxies(
    withAuth,
    (proxy, workload) => known.get(at(workload, proxy)) ?? known.get(proxy) ?? proxy,
  );
}

/** Paths of credentials that are a mask: they cannot be used as they are. */
export function maskedPaths(scenario: WithSecrets): string[] {
  const paths: string[] = [];
  mapProxies(scenario, (proxy, workload) => {
    const { username, password } = new URL(proxy);
    if (username === MASK || password === MASK) {
      paths.push(workload === null ? "http.proxy" : `workloads[${workload}].http.proxy`);
    }
    return proxy;
  });
  mapAuth(scenario, (auth, path) => {
    if (isMasked(auth)) paths.push(path);
    return auth;
  });
  return paths;
}
