import type { Context } from "./context.ts";
import type { GroupResult } from "./figures.ts";
import type { Job } from "./onrush/job.ts";
import { closedRound, plainStep } from "./onrush/onrushRound.ts";
import { alternate } from "./rounds.ts";
import { JSON_PATH } from "./target/answers.ts";

const CONNECTIONS = 64;

const fields = { key: "key-{{row}}", n: { randomInt: [1, 10] as [number, number] } };
const data: Required<Job>["data"] = {
  users: { generate: { count: 100_000, fields }, pick: "sequential" },
};

const post = (url: string): Job["step"] => ({
  ...plainStep(new URL(JSON_PATH, url).href),
  method: "POST",
});

/**
 * What the scenario language costs: the same request, plain and with what a step can ask for. The
 * first is what the others are measured against; limits go by these names.
 */
const variants: { name: string; step(url: string): Job["step"] }[] = [
  {
    name: "plain",
    step: (url) => ({
      ...post(url),
      headers: { "x-key": "key-12345" },
      body: { to: "key-12345", id: "6f9619ff-8b86-4011-b42d-00cf4fc964ff", n: 5 },
    }),
  },
  {
    name: "templated",
    step: (url) => ({
      ...post(url),
      headers: { "x-key": "{{data.users.key}}" },
      body: { to: "{{data.users.key}}", id: "{{uuid}}", n: "{{data.users.n}}" },
      checks: ["status == 200", 'body contains "queued"', "json($.id) exists"],
      extract: { id: "json($.id)" },
    }),
  },
];

/** Closed loop, like the group of that name, over the raw transport. */
export async function languageGroup(context: Context): Promise<GroupResult> {
  const contenders = variants.map(({ name, step }) => ({
    name,
    round: () => closedRound(context, step(context.target.url), CONNECTIONS, 1, data),
  }));
  return {
    name: "language",
    title: "The scenario language",
    columns: [
      ...(["requestsPerSecond", "cpuUsPerRequest", "generatorCpu"] as const),
      ...(["targetCpu", "othersCpu", "failed"] as const),
    ],
    contenders: await alternate(contenders, context.rounds, context.tell),
    notes: [
      "templated: a header and a JSON body with four values of data rows and a UUID, three checks, a JSON extraction",
    ],
  };
}
