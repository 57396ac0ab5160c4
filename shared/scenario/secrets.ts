import type { Scenario } from "./scenarioSchema.ts";

/**
 * Credentials of proxies are kept with a scenario and shown to nobody: whoever reads a scenario
 * sees a mask in their place, and a mask that comes back stands for what was there before.
 */

const MASK = "***";

type WithProxies = Pick<Scenario, "http" | "workloads">;
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
export function maskSecrets<T extends WithProxies>(scenario: T): T {
  return mapProxies(scenario, masked);
}

/** Puts the credentials of `previous` where its masked form came back unchanged. */
export function restoreSecrets<T extends WithProxies>(scenario: T, previous: WithProxies): T {
  const known = new Map<string, string>();
  const at = (workload: number | null, shown: string) => `${workload ?? ""} ${shown}`;
  mapProxies(previous, (proxy, workload) => {
    known.set(masked(proxy), proxy).set(at(workload, masked(proxy)), proxy);
    return proxy;
  });
  return mapProxies(
    scenario,
    (proxy, workload) => known.get(at(workload, proxy)) ?? known.get(proxy) ?? proxy,
  );
}

/** Paths of proxies whose credentials are a mask: they cannot be used as they are. */
export function maskedPaths(scenario: WithProxies): string[] {
  const paths: string[] = [];
  mapProxies(scenario, (proxy, workload) => {
    const { username, password } = new URL(proxy);
    if (username === MASK || password === MASK) {
      paths.push(workload === null ? "http.proxy" : `workloads[${workload}].http.proxy`);
    }
    return proxy;
  });
  return paths;
}
