import { benches } from "./benches.ts";
import { measure } from "./microBench.ts";

/** `pnpm bench`: how long the pure parts of the hot paths take; `--json` for machines. */
const results = benches().map(measure);
if (process.argv.includes("--json")) {
  console.log(JSON.stringify(results, null, 2));
} else {
  for (const { name, medianNs, minNs } of results) {
    const median = medianNs.toFixed(0).padStart(9);
    console.log(`${name.padEnd(46)} ${median} ns   (best ${minNs.toFixed(0)} ns)`);
  }
}
