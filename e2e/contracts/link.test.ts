import { afterAll, afterEach, beforeEach, describe } from "vitest";
import { startRedis } from "../services/redisServer.ts";
import { describeUnavailable } from "../services/service.ts";
import { openLocalBench, openRedisBench, type LinkBench } from "./linkBench.ts";
import { claimSuite } from "./linkClaims.suite.ts";
import { commandSuite } from "./linkCommands.suite.ts";
import { directorySuite } from "./linkDirectory.suite.ts";
import { leaseSuite } from "./linkLease.suite.ts";
import { reportSuite } from "./linkReports.suite.ts";
import { standingSuite } from "./linkStandings.suite.ts";
import { taskSuite } from "./linkTasks.suite.ts";

const redis = await startRedis();
afterAll(() => (redis.available ? redis.stop() : undefined));

const reason = redis.available ? "" : ` (${describeUnavailable("Redis", redis)})`;
const isCi = (process.env["CI"] ?? "") !== "";
if (reason !== "") console.warn(`the contract suite of the link over Redis is not run${reason}`);

const links = [
  { name: "local messages", skipped: false, open: openLocalBench },
  {
    name: `Redis${reason}`,
    // In CI what is missing fails.
    skipped: !redis.available && !isCi,
    open: async () => {
      if (!redis.available) throw new Error(reason);
      return openRedisBench(redis.url);
    },
  },
];

for (const { name, skipped, open } of links) {
  describe.skipIf(skipped)(`the link over ${name}`, () => {
    let bench: LinkBench;
    beforeEach(async () => {
      bench = await open();
    });
    afterEach(() => bench.close());

    const current = () => bench;
    taskSuite(current);
    reportSuite(current);
    commandSuite(current);
    directorySuite(current);
    standingSuite(current);
    claimSuite(current);
    leaseSuite(current);
  });
}
