import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { Slot } from "@onrush/worker/engine/slot.ts";
import type { HttpRequest, HttpTransport } from "@onrush/worker/protocols/http/httpRequest.ts";
import { RawTransport } from "@onrush/worker/protocols/http/rawTransport.ts";
import { UndiciTransport } from "@onrush/worker/protocols/http/undiciTransport.ts";
import { compileRequest, StepLanguage } from "@onrush/worker/steps/compileRequest.ts";

/** Closed loop over a number of connections: how much CPU of ours a request costs. */

const CONNECTIONS = 64;
const REQUESTS = 60_000;
const ROUNDS = 5;

export interface TransportResult {
  name: string;
  requestsPerSecond: number;
  cpuUsPerRequest: number;
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const clock = { nowUs: () => performance.now() * 1000 };
const options = { rejectUnauthorized: true, limits: { connections: Infinity, perUser: false } };
const transports: Record<string, () => HttpTransport> = {
  raw: () => new RawTransport(clock, options),
  undici: () => new UndiciTransport(clock, options),
};

const script = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Starts a script that says where it listens. */
async function startTarget(args: readonly string[]): Promise<{ url: string; stop(): void }> {
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
      slot.arrival = begun++;
      slot.beginRequest(0, clock.nowUs(), clock.nowUs());
      operation.perform(slot, done);
    };
    const done = (slot: Slot) => {
      ended++;
      if (slot.status !== 200 || slot.error !== "")
        reject(new Error(`a request failed: ${slot.error}`));
      if (ended === REQUESTS) resolve();
      else next(slot);
    };
    for (let i = 0; i < CONNECTIONS; i++) next(new Slot(i));
  });
}

async function measure(
  name: string,
  transport: HttpTransport,
  request: HttpRequest,
): Promise<TransportResult> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await loop(transport, request);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  transport.close();
  return {
    name,
    requestsPerSecond: REQUESTS / seconds,
    cpuUsPerRequest: (user + system) / REQUESTS,
  };
}

type Contest = Record<string, { transport: () => HttpTransport; request: HttpRequest }>;

/** Alternates the contestants; the first round warms up and is not counted. */
async function compare(contest: Contest): Promise<TransportResult[]> {
  const rounds: TransportResult[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, { transport, request }] of Object.entries(contest)) {
      const result = await measure(name, transport(), request);
      if (round > 0) rounds.push(result);
    }
  }
  return Object.keys(contest).map((name) => {
    const own = rounds.filter((result) => result.name === name);
    return {
      name,
      requestsPerSecond: median(own.map((result) => result.requestsPerSecond)),
      cpuUsPerRequest: median(own.map((result) => result.cpuUsPerRequest)),
    };
  });
}

/** A plain GET over each transport. */
export async function compareTransports(): Promise<TransportResult[]> {
  const target = await startTarget([script("../cli/main.ts"), "target", "known", "--port", "0"]);
  const request = { method: "GET", url: target.url, headers: {}, body: null };
  const contest = Object.entries(transports).map(([name, transport]) => [
    name,
    { transport, request },
  ]);
  try {
    return await compare(Object.fromEntries(contest) as Contest);
  } finally {
    target.stop();
  }
}

const plainStep: Step = {
  ...{ name: "send", protocol: "http", method: "POST", url: "" },
  headers: { "x-key": "key-12345" },
  body: { to: "key-12345", id: "6f9619ff-8b86-4011-b42d-00cf4fc964ff", n: 5 },
};
const wholeStep: Step = {
  ...plainStep,
  headers: { "x-key": "{{data.users.key}}" },
  body: { to: "{{data.users.key}}", id: "{{uuid}}", n: "{{data.users.n}}" },
  checks: ["status == 200", 'body contains "queued"', "json($.id) exists"],
  extract: { id: "json($.id)" },
};

/** A POST of ready bytes, and the same with templates, data, three checks and an extraction. */
export async function compareLanguage(): Promise<TransportResult[]> {
  const target = await startTarget([script("./jsonTarget.ts")]);
  const fields = { key: "key-{{row}}", n: { randomInt: [1, 10] as [number, number] } };
  const data: Task["data"] = {
    users: { generate: { count: 100_000, fields }, pick: "sequential" },
  };
  const contestant = (step: Step) => ({
    transport: () => new RawTransport(clock, options),
    request: compileRequest(
      { ...step, url: target.url },
      new StepLanguage({ data, dataSeed: 1, seed: 2 }),
    ),
  });
  try {
    return await compare({ plain: contestant(plainStep), templates: contestant(wholeStep) });
  } finally {
    target.stop();
  }
}
