import { spawn } from "node:child_process";
import type { Context } from "./context.ts";
import { onCore, runCounted } from "./programs.ts";

const SECONDS = 3;

/** A busy loop that tells how long it was kept from running, in pauses above 0.1 ms. */
const LOOP = `
const end = performance.now() + ${SECONDS * 1000};
const pauses = [];
for (let last = performance.now(); last < end; ) {
  const now = performance.now();
  if (now - last > 0.1) pauses.push(now - last);
  last = now;
}
console.log(JSON.stringify(pauses));
`;

/**
 * What no generator on this machine can do anything about: how long a busy loop on the generator's
 * core stands still while the target's core is busy, too. A schedule cannot be kept better.
 */
export async function standstillNote({ cores }: Context): Promise<string> {
  const busy = onCore(cores.target, [process.execPath, "-e", "for (;;);"]);
  const other = spawn(busy[0] ?? "", busy.slice(1), { stdio: "ignore" });
  try {
    const loop = onCore(cores.generator, [process.execPath, "-e", LOOP]);
    const { output } = await runCounted(loop, (SECONDS + 30) * 1000);
    const pauses = JSON.parse(output) as number[];
    const percent = pauses.reduce((sum, ms) => sum + ms, 0) / (SECONDS * 10);
    const longest = Math.max(0, ...pauses);
    return `this machine: a busy loop on the generator's core stood still for ${percent.toFixed(2)} % of the time, up to ${longest.toFixed(1)} ms at once, while the target's core was busy, too`;
  } finally {
    other.kill("SIGKILL");
  }
}
