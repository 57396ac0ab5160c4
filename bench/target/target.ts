import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { findProgram, onCore } from "../programs.ts";
import { nginxConfig } from "./nginxConfig.ts";

const START_WITHIN_MS = 10_000;
const RETRY_MS = 50;

/** What everybody sends to. */
export interface Target {
  name: string;
  url: string;
  pid: number;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await (await fetch(url, { headers: { connection: "close" } })).text()) === "ok\n";
  } catch {
    return false;
  }
}

async function start(name: string, command: readonly string[], port: number): Promise<Target> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  const exit = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  child.once("error", () => {});
  const kill = () => child.kill("SIGTERM");
  // Also when the bench itself ends early: nobody else knows of it.
  process.once("exit", kill);
  const stop = async () => {
    process.off("exit", kill);
    kill();
    await exit;
  };
  const url = `http://127.0.0.1:${port}/`;
  const untilMs = performance.now() + START_WITHIN_MS;
  while (!(await answers(url))) {
    if (performance.now() > untilMs || child.pid === undefined || child.exitCode !== null) {
      await stop();
      throw new Error(`the target did not start: ${command.join(" ")}`);
    }
    await pause(RETRY_MS);
  }
  return { name, url, pid: child.pid ?? 0, stop };
}

/** nginx as `nginxConfig` has it. */
async function startNginx(
  nginx: string,
  cores: string | null,
  folder: string,
  workers: number,
): Promise<Target> {
  const port = await freePort();
  const file = join(folder, "nginx.conf");
  writeFileSync(file, nginxConfig(folder, port, workers));
  const command = [nginx, "-p", folder, "-c", file, "-e", join(folder, "error.log")];
  return start("nginx", onCore(cores, command), port);
}

/** Our own target: slower than nginx, so that it limits everybody earlier. */
export async function startResponder(cores: string | null): Promise<Target> {
  const port = await freePort();
  const responder = fileURLToPath(new URL("nodeResponder.ts", import.meta.url));
  const command = onCore(cores, [process.execPath, responder, String(port)]);
  return start("Node responder (nginx was not found)", command, port);
}

/**
 * The best target there is. `cores` is where it runs, `folder` a temporary one for its files,
 * `workers` how many processes answer, if it is one that can have several.
 */
export function startTarget(cores: string | null, folder: string, workers = 1): Promise<Target> {
  const nginx = findProgram("nginx");
  return nginx === undefined ? startResponder(cores) : startNginx(nginx, cores, folder, workers);
}
