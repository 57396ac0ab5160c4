import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Slot } from "@onrush/worker/engine/slot.ts";
import type { HttpRequest, HttpTransport } from "@onrush/worker/protocols/http/httpRequest.ts";
import { RawTransport } from "@onrush/worker/protocols/http/rawTransport.ts";
import { UndiciTransport } from "@onrush/worker/protocols/http/undiciTransport.ts";
import { median } from "./statistics.ts";

/** Closed loop over a number of connections: how much CPU of ours a request costs. */

const CONNECTIONS = 64;
const REQUESTS = 60_000;
const ROUNDS = 5;

export interface TransportResult {
  name: string;
  requestsPerSecond: number;
  cpuUsPerRequest: number;
}

const clock = { nowUs: () => performance.now() * 1000 };
const options = { rejectUnauthorized: true, limits: { connections: Infinity, perUser: false } };
const transports: Record<string, () => HttpTransport> = {
  raw: () => new RawTransport(clock, options),
  undici: () => new UndiciTransport(clock, options),
};

async function startTarget(): Promise<{ url: string; stop(): void }> {
  const cli = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
  const args = [cli, "target", "known", "--port", "0"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const found = /listens at (http:\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once("exit", () => reject(new Error("the target did not start")));
  });
  return { url, stop: () => child.kill("SIGTERM") };
}

function loop(transport: HttpTransport, request: HttpRequest): Promise<void> {
  const operation = transport.operation(request);
  let begun = 0;
  let ended = 0;
  return new Promise((resolve, reject) => {
    const next = (slot: Slot) => {
      if (begun === REQUESTS) return;
      begun++;
      slot.beginRequest(0, clock.nowUs(), clock.nowUs());
      operation.perform(slot, done);
    };
    const done = (slot: Slot) => {
      ended++;
      if (slot.status !== 200) reject(new Error(`a request failed: ${slot.error}`));
      if (ended === REQUESTS) resolve();
      else next(slot);
    };
    for (let i = 0; i < CONNECTIONS; i++) next(new Slot(i));
  });
}

async function measure(name: string, url: string): Promise<TransportResult> {
  const transport = transports[name]?.();
  if (transport === undefined) throw new RangeError(`there is no transport ${name}`);
  const cpu = process.cpuUsage();
  const start = performance.now();
  await loop(transport, { method: "GET", url, headers: {}, body: null });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  transport.close();
  return {
    name,
    requestsPerSecond: REQUESTS / seconds,
    cpuUsPerRequest: (user + system) / REQUESTS,
  };
}

/** Alternates the transports; the first round warms up and is not counted. */
export async function compareTransports(): Promise<TransportResult[]> {
  const target = await startTarget();
  const names = Object.keys(transports);
  const rounds: TransportResult[] = [];
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      for (const name of names) {
        const result = await measure(name, target.url);
        if (round > 0) rounds.push(result);
      }
    }
  } finally {
    target.stop();
  }
  return names.map((name) => {
    const own = rounds.filter((result) => result.name === name);
    return {
      name,
      requestsPerSecond: median(own.map((result) => result.requestsPerSecond)),
      cpuUsPerRequest: median(own.map((result) => result.cpuUsPerRequest)),
    };
  });
}
