import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/**
 * Controller and worker may not import each other, and shared may not import ioredis, so the few
 * lines both need of it stand on each side. They must not drift apart.
 */
test.each(["redisConnection.ts", "defineScript.ts"])(
  "%s is the same on both sides of the link",
  (name) => {
    const read = (folder: string) =>
      readFileSync(new URL(`../../${folder}/redis/${name}`, import.meta.url), "utf8");
    expect(read("worker/agent")).toBe(read("controller/platform"));
  },
);
