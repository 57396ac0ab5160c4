import { defineConfig } from "vitest/config";

const exclude = ["**/node_modules/**", "**/dist/**"];

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
          // Properties take their time where cores are shared.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "services",
          include: ["e2e/contracts/**/*.test.ts"],
          exclude,
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
          // Each has a platform of its own: more than two of them are more than two cores can do.
          maxConcurrency: 2,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
