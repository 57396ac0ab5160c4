/**
 * Obtains every service that the test suites need and proves that each works: `node e2e/services/provision.ts`.
 * Prints a line per service. Ends with 1 if CI is set and one is missing, else with 0.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHROMIUM_FLAGS, findChromium } from "./chromium.ts";
import { startMongo } from "./mongoServer.ts";
import { startRedis } from "./redisServer.ts";
import { runCommand } from "./runCommand.ts";
import { describeUnavailable, type Service } from "./service.ts";

type Line = { readonly available: boolean; readonly text: string };

const BROWSER_TIMEOUT_MS = 60_000;

async function proveServer(name: string, start: () => Promise<Service>): Promise<Line> {
  const service = await start();
  if (!service.available) return missing(name, service.reason);
  await service.stop();
  return {
    available: true,
    text: `${name}: ${service.origin === "started" ? "starts and stops" : service.origin}`,
  };
}

async function proveChromium(): Promise<Line> {
  const name = "Chromium";
  const chromium = await findChromium();
  if ("unavailable" in chromium) return missing(name, chromium.unavailable);
  const profileDir = await mkdtemp(join(tmpdir(), "onrush-test-"));
  try {
    const page = "data:text/html,<p id=p></p><script>p.textContent=6*7</script>";
    const flags = [...CHROMIUM_FLAGS, `--user-data-dir=${profileDir}`, "--dump-dom", page];
    const result = await runCommand(chromium.executablePath, flags, {
      timeoutMs: BROWSER_TIMEOUT_MS,
    });
    if (!result.ok) return missing(name, result.reason);
    if (!result.stdout.includes(">42<")) return missing(name, `it rendered ${result.stdout}`);
    return { available: true, text: `${name}: renders a page` };
  } finally {
    await rm(profileDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function missing(name: string, reason: string): Line {
  return { available: false, text: describeUnavailable(name, { reason }) };
}

async function timed(prove: () => Promise<Line>): Promise<Line> {
  const startMs = performance.now();
  const line = await prove();
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
  console.log(`${line.text} (${seconds} s)`);
  return line;
}

const lines = await Promise.all([
  timed(() => proveServer("Redis", startRedis)),
  timed(() => proveServer("MongoDB", startMongo)),
  timed(proveChromium),
]);
const isCi = (process.env["CI"] ?? "") !== "";
process.exitCode = isCi && lines.some((line) => !line.available) ? 1 : 0;
