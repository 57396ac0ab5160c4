import { benches } from "./benches.ts";
import { measure } from "./microBench.ts";
import { compareLanguage, compareTransports } from "./transports.ts";

/**
 * `pnpm bench`: how long the pure parts of the hot paths take, what a request costs over each
 * transport, and what templates, checks and extractions add to it; `--json` for machines. Pin it and its target to different cores for steady figures.
 */
const micro = benches().map(measure);
const transports = await compareTransports();
const language = await compareLanguage();
if (process.argv.includes("--json")) {
  console.log(JSON.stringify({ micro, transports, language }, null, 2));
} else {
  for (const { name, medianNs, minNs } of micro) {
    const median = medianNs.toFixed(0).padStart(9);
    console.log(`${name.padEnd(46)} ${median} ns   (best ${minNs.toFixed(0)} ns)`);
  }
  for (const contest of [transports, language]) {
    const base = contest[0]?.cpuUsPerRequest ?? 1;
    for (const { name, requestsPerSecond, cpuUsPerRequest } of contest) {
      const rate = requestsPerSecond.toFixed(0).padStart(7);
      const ratio = (cpuUsPerRequest / base).toFixed(2);
      console.log(
        `${name.padEnd(10)} ${rate}/s, ${cpuUsPerRequest.toFixed(1)} µs CPU, ratio ${ratio}`,
      );
    }
  }
}
