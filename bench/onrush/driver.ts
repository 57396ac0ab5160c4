/** Engine threads in a process of their own: `node bench/onrush/driver.ts JOB`, both ways JSON. */
import type { Job } from "./job.ts";
import { runLoad } from "./runLoad.ts";

const result = await runLoad(JSON.parse(process.argv[2] ?? "") as Job);
process.stdout.write(JSON.stringify(result));
