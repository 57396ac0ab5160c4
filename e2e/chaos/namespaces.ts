import { randomBytes, randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { findOnPath } from "../services/findOnPath.ts";
import { installDebianPackages } from "../services/installDebianPackages.ts";
import { runCommand } from "../services/runCommand.ts";
import type { Scope } from "./scope.ts";

const COMMAND_LIMIT_MS = 10_000;

async function ip(...args: string[]): Promise<void> {
  const result = await runCommand("ip", args, { timeoutMs: COMMAND_LIMIT_MS });
  if (!result.ok) throw new Error(`ip ${args.join(" ")}: ${result.reason}`);
}

/** Why this machine lets us make no network namespaces; undefined when it does. */
export async function namespacesRefused(): Promise<string | undefined> {
  if (process.platform !== "linux") return "network namespaces are a thing of Linux";
  if ((await findOnPath(["ip"])) === undefined) {
    const installed = await installDebianPackages(["iproute2"]);
    if (!installed.ok) return `there is no ip command, ${installed.reason}`;
  }
  const name = `onrush-probe-${randomBytes(4).toString("hex")}`;
  try {
    await ip("netns", "add", name);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  try {
    await ip("-n", name, "link", "add", "probe0", "type", "veth", "peer", "name", "probe1");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await ip("netns", "delete", name);
  }
}

/** One cable between this machine and a namespace; `ours` is the name of our end. */
interface Cable {
  ours: string;
  ourAddress: string;
  itsAddress: string;
}

/**
 * A machine of its own as far as the network goes: one cable leads to Redis, another one to the
 * target, so that either can be cut.
 */
export class Namespace {
  readonly name: string;
  readonly #control: Cable;
  readonly #load: Cable;

  private constructor(name: string, control: Cable, load: Cable) {
    this.name = name;
    this.#control = control;
    this.#load = load;
  }

  static async create(scope: Scope, network: Network, index: number): Promise<Namespace> {
    const id = `${network.id}${index}`;
    const cable = (letter: string, ourAddress: string): Cable => ({
      ...{ ours: `on${letter}${id}`, ourAddress },
      itsAddress: ourAddress.replace(/\d+$/, String(index + 2)),
    });
    const [control, load] = [cable("c", network.control), cable("l", network.load)];
    const namespace = new Namespace(`onrush-${id}`, control, load);
    await ip("netns", "add", namespace.name);
    // Takes both cables along.
    scope.onTestFinished(() => ip("netns", "delete", namespace.name));
    await ip("-n", namespace.name, "link", "set", "lo", "up");
    await namespace.#lay(control, "control");
    await namespace.#lay(load, "load");
    return namespace;
  }

  /** Every cable has the same address at our end, which Redis or the target listens on. */
  async #lay({ ours, ourAddress, itsAddress }: Cable, its: string): Promise<void> {
    const { name } = this;
    await ip("link", "add", ours, "type", "veth", "peer", "name", its, "netns", name);
    await ip("address", "add", ourAddress, "peer", itsAddress, "dev", ours);
    await ip("link", "set", ours, "up");
    await ip("-n", name, "address", "add", itsAddress, "peer", ourAddress, "dev", its);
    await ip("-n", name, "link", "set", its, "up");
  }

  /** The beginning of a command line that runs another one in here. */
  get entering(): string[] {
    return ["ip", "netns", "exec", this.name];
  }

  /** With what status `url` answers the machine in there, or why it does not. */
  async post(url: string, body: unknown): Promise<string> {
    const ask = `fetch(${JSON.stringify(url)}, {
      method: "POST", headers: { "content-type": "application/json" },
      body: ${JSON.stringify(JSON.stringify(body))},
    }).then(({ status }) => console.log(status))`;
    const [command, ...args] = [...this.entering, process.execPath, "-e", ask];
    const result = await runCommand(command, args, { timeoutMs: COMMAND_LIMIT_MS });
    return result.ok ? result.stdout.trim() : result.reason;
  }

  async cutFromRedis(): Promise<void> {
    await ip("link", "set", this.#control.ours, "down");
  }

  async mend(): Promise<void> {
    await ip("link", "set", this.#control.ours, "up");
  }

  /** Packets that have come out of the cable to the target: nobody inside can hide what it sends. */
  async packetsToTarget(): Promise<number> {
    const file = `/sys/class/net/${this.#load.ours}/statistics/rx_packets`;
    return Number(await readFile(file, "utf8"));
  }
}

/** Addresses of our own, so that runs of the suite side by side do not meet. */
export interface Network {
  id: string;
  /** Where Redis listens for the namespaces, and where the target does. */
  control: string;
  load: string;
}

export function newNetwork(): Network {
  const third = randomInt(1, 255);
  return {
    id: randomBytes(4).toString("hex"),
    control: `10.213.${third}.1`,
    load: `10.214.${third}.1`,
  };
}
