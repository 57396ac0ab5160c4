import { mapScenario, type Path, type WithSecrets } from "./secrets.ts";

/** Where in a scenario a text stands, and so who gets to see it. */

const lists: ReadonlySet<unknown> = new Set([
  ...["workloads", "steps", "setup", "teardown", "parallel", "choose"],
]);

/** How much of a path leads to the scenario, workload, step or group that a text is a field of. */
function ownerLength(path: Path): number {
  let length = 0;
  while (lists.has(path[length]) && typeof path[length + 1] === "number") length += 2;
  return length;
}

const begins = (path: Path, other: Path) => path.every((part, i) => part === other[i]);

/** Host and scheme of a URL; what is none stands for itself. */
function addressOf(url: string): string {
  const [start = url] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+/i.exec(url) ?? [];
  if (!URL.canParse(start)) return start;
  const { protocol, host } = new URL(start);
  return `${protocol}//${host}`;
}

/** Tells for a path the hosts that get what stands there: those of its step, or of all that inherit it. */
export function hostsIn(scenario: WithSecrets): (path: Path) => ReadonlySet<string> {
  const addresses: { owner: Path; isProxy: boolean; address: string }[] = [];
  mapScenario(scenario, (value, path) => {
    const owner = path.slice(0, ownerLength(path));
    const field = path.slice(owner.length).join(".");
    const isProxy = field === "http.proxy";
    if (isProxy || field === "url" || (field === "targetUrl" && owner.length === 0)) {
      addresses.push({ owner, isProxy, address: addressOf(value) });
    }
    return value;
  });
  return (path) => {
    const around = path.slice(0, ownerLength(path));
    // The credentials of a proxy go to it alone, and its mask says where it is.
    if (path.slice(around.length).join(".") === "http.proxy") return new Set();
    const reached = addresses.filter(
      ({ owner, isProxy }) => begins(around, owner) || (isProxy && begins(owner, around)),
    );
    return new Set(reached.map(({ address }) => address));
  };
}

const shownFields: ReadonlySet<unknown> = new Set(["name", "group", "tags"]);

/** Whether summaries and reports show what stands at `path`: names, and what counts by its text. */
export function isInResults(path: Path): boolean {
  const [field, ...rest] = path.slice(ownerLength(path));
  if (shownFields.has(field)) return true;
  if (field === "sla") return path[0] === "sla";
  const isNameless = field === "checks" && rest.length === 1;
  return isNameless || ((field === "checks" || field === "outcomes") && rest[1] === "name");
}
