import { benches } from "./benches.ts";
import { measure } from "./microBench.ts";
import { compareTransports } from "./transports.ts";

/**
 * `pnpm bench`: how long the pure parts of the hot paths take, and what a request costs over each
 * transport; `--json` for machines. Pin it and its target to different cores for steady figures.
 */
const micro = benches().map(measure);
const transports = await compareTransports();
if (process.argv.includes("--json")) {
  console.log(JSON.stringify({ micro, transports }, null, 2));
} else {
  for (const { name, medianNs, minNs } of micro) {
    const median = medianNs.toFixed(0).padStart(9);
    console.log(`${name.padEnd(46)} ${median} ns   (best ${minNs.toFixed(0)} ns)`);
  }
  const base = transports[0]?.cpuUsPerRequest ?? 1;
  for (const { name, requestsPerSecond, cpuUsPerRequest } of transports) {
    const rate = requestsPerSecond.toFixed(0).padStart(7);
    const ratio = (cpuUsPerRequest / base).toFixed(2);
    console.log(
      `${name.padEnd(10)} ${rate}/s, ${cpuUsPerRequest.toFixed(1)} µs CPU, ratio ${ratio}`,
    );
  }
}
