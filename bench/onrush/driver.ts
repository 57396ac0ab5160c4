/** Engine threads in a process of their own: `node bench/onrush/driver.ts JOB`, both ways JSON. */
import type { Job } from "./job.ts";
import { runClosed } from "./runClosed.ts";
import { runOpen } from "./runOpen.ts";

const job = JSON.parse(process.argv[2] ?? "") as Job;
const { load } = job;
const result =
  load.type === "open" ? await runOpen({ ...job, load }) : await runClosed({ ...job, load });
process.stdout.write(JSON.stringify(result));
