import { defineConfig } from "oxlint";

// Who may import what (docs/architecture.md draws the picture). A later override of a rule
// replaces an earlier one, so `imports` always states the whole list for a set of files.

/** Each third-party library and the one place that may import it. */
const owners: Record<string, string[]> = {
  zod: ["shared/**"],
  "hdr-histogram-js": ["shared/metrics/hdrHistogram.ts"],
  "csv-parse": ["shared/data/csvRows.ts"],
  express: ["controller/http/**"],
  "zod-openapi": ["controller/http/**"],
  "swagger-ui-dist": ["controller/http/**"],
  ws: ["controller/live/**"],
  bullmq: ["controller/platform/redis/**", "worker/agent/redis/**"],
  ioredis: ["controller/platform/redis/**", "worker/agent/redis/**"],
  mongodb: ["controller/platform/mongo/**"],
  "prom-client": ["controller/platform/metrics.ts"],
  pino: ["controller/platform/logger.ts", "worker/agent/logger.ts"],
  undici: ["worker/protocols/http/**"],
  "tough-cookie": ["worker/protocols/http/cookieJar.ts"],
  commander: ["cli/**"],
  "string-width": ["cli/output/textWidth.ts"],
  acorn: ["cli/import/k6*.ts"],
  yaml: ["cli/scenario/yamlDocument.ts", "deploy/**"],
  "playwright-core": ["e2e/**"],
  "@xterm/headless": ["e2e/**"],
};

/** Packages of this workspace that a folder may not reach. */
const walls: Record<string, string[]> = {
  shared: ["controller", "worker", "dashboard", "cli", "targets", "e2e", "bench"],
  controller: ["worker", "dashboard", "cli", "targets", "e2e", "bench"],
  worker: ["controller", "dashboard", "cli", "targets", "e2e", "bench"],
  dashboard: ["controller", "worker", "cli", "targets", "e2e", "bench"],
  targets: ["shared", "controller", "worker", "dashboard", "cli", "e2e", "bench"],
};

const pureFiles = ["shared/**/*.ts", "controller/planning/**/*.ts", "worker/pacing/**/*.ts"];
const testFiles = ["**/*.test.ts", "**/*.suite.ts", "e2e/**/*.ts", "bench/**/*.ts"];

type ImportRule = Record<
  "no-restricted-imports",
  ["error", { patterns: { group: string[]; message: string }[] }]
>;

function imports(folder: string, libraries: string[], pure: boolean): ImportRule {
  const group = [
    ...libraries.flatMap((name) => [name, `${name}/*`]),
    ...(walls[folder] ?? []).flatMap((name) => [`@onrush/${name}`, `@onrush/${name}/**`]),
    ...(pure ? ["node:*"] : []),
  ];
  const message = pure
    ? "PURE files import neither Node modules nor libraries they do not own (docs/architecture.md)."
    : "This folder may not import that: see the import rules in docs/architecture.md.";
  return { "no-restricted-imports": ["error", { patterns: [{ group, message }] }] };
}

const libraries = Object.keys(owners);
const folders = ["shared", "controller", "worker", "dashboard", "cli", "targets", "deploy"];
const mayImport = (pattern: string) =>
  libraries.filter((name) => owners[name]?.some((owner) => owner === pattern));

type Overrides = NonNullable<Parameters<typeof defineConfig>[0]["overrides"]>;

const overrides: Overrides = [
  ...folders.map((folder) => ({
    files: [`${folder}/**/*.{ts,tsx}`],
    rules: imports(folder, libraries, false),
  })),
  ...[...new Set(Object.values(owners).flat())].map((pattern) => {
    const folder = pattern.split("/")[0] ?? "";
    const allowed = mayImport(pattern);
    const forbidden = libraries.filter((name) => !allowed.includes(name));
    return {
      files: [pattern.endsWith("**") ? `${pattern}/*.{ts,tsx}` : pattern],
      rules: imports(folder, forbidden, false),
    };
  }),
  {
    files: pureFiles,
    rules: {
      ...imports(
        "shared",
        libraries.filter((name) => name !== "zod"),
        true,
      ),
      "no-restricted-globals": [
        "error",
        "performance",
        "process",
        "setTimeout",
        "setInterval",
        "setImmediate",
        "queueMicrotask",
        "Buffer",
        "fetch",
        "crypto",
      ],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "Time is an argument." },
        { object: "Math", property: "random", message: "Randomness is an argument." },
      ],
    },
  },
  // PURE files with a library of their own.
  ...["hdr-histogram-js", "csv-parse"].map((own) => ({
    files: owners[own] ?? [],
    rules: imports(
      "shared",
      libraries.filter((name) => name !== own),
      true,
    ),
  })),
  {
    files: testFiles,
    rules: { "no-restricted-imports": "off", "max-lines": "off", "no-restricted-globals": "off" },
  },
  { files: ["cli/**/*.ts", "e2e/**/*.ts", "bench/**/*.ts"], rules: { "no-console": "off" } },
];

export default defineConfig({
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "promise"],
  categories: { correctness: "error", suspicious: "error" },
  ignorePatterns: ["**/dist/**", "**/node_modules/**"],
  rules: {
    eqeqeq: "error",
    "no-console": "error",
    "no-await-in-loop": "off",
    "no-shadow": "off",
    "import/no-cycle": "error",
    "import/no-unassigned-import": "off",
    // Made for browsers' windows; ours are worker threads.
    "unicorn/require-post-message-target-origin": "off",
    // Express 5 passes a rejected handler on to the error middleware.
    "oxc/no-async-endpoint-handlers": "off",
    "unicorn/consistent-function-scoping": "off",
    "promise/no-callback-in-promise": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/no-array-reverse": "off",
    "promise/always-return": "off",
    "unicorn/no-useless-spread": "off",
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/switch-exhaustiveness-check": [
      "error",
      { considerDefaultExhaustiveForUnions: true },
    ],
    "typescript/no-unsafe-type-assertion": "off",
    "typescript/unbound-method": "off",
    "typescript/consistent-return": "off",
    "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
  },
  overrides,
});
