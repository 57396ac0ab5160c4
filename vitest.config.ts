import { defineConfig } from "vitest/config";

const exclude = ["**/node_modules/**", "**/dist/**"];

/** `expect.poll` waits for what is to come, however long a busy machine stands still meanwhile. */
const expect = { poll: { timeout: 15_000 } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "{shared,controller,worker,dashboard,cli,targets,examples,deploy,docs,bench}/**/*.test.ts",
          ],
          exclude: [...exclude, "**/*.services.test.ts"],
          expect,
          // Properties take their time where cores are shared.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "services",
          include: ["e2e/contracts/**/*.test.ts"],
          exclude,
          expect,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/system/**/*.test.ts"],
          exclude,
          expect,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "chaos",
          include: ["e2e/chaos/**/*.test.ts"],
          exclude,
          expect,
          // Each has a platform of its own: more than two of them are more than two cores can do.
          maxConcurrency: 2,
          // A test waits for those of the round before it, too.
          testTimeout: 360_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
