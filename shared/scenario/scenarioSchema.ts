import { z } from "zod";
import { httpSchema } from "./http.ts";
import { flowSchemaOf, onErrorSchema } from "../flow/flowSchema.ts";
import { filesSchema } from "./files.ts";
import { dataSchema } from "../data/dataSchema.ts";
import { urlProblem } from "../template/urlTemplate.ts";
import { labelsSchema } from "./labels.ts";
import { MAX_STEPS, MAX_WORKERS, MAX_WORKLOADS } from "./limits.ts";
import {
  arrivalSchema,
  connectionsSchema,
  overloadSchema,
  pacingSchema,
  thinkTimeSchema,
} from "./pacing.ts";
import { loadProfileSchema, positiveSecondsSchema, secondsSchema } from "./loadProfile.ts";
import { inheritedFields, outcomesSchema, requestFields } from "./requestFields.ts";
import { slaSchema } from "../sla/slaSchema.ts";
import { checksSchema, extractSchema } from "./stepLanguage.ts";
import { tagsSchema } from "./tags.ts";

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;
const methodSchema = z
  .enum(methods)
  .meta({ description: "The method of the request; GET unless it is said." });

export const transports = ["auto", "raw", "undici"] as const;

/** RFC 9110 token characters; the whole name. */
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "not a valid header name");
const headerValue = z
  .string()
  .max(16_384)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "not a valid header value (no line breaks)");

/** Where a message ends is the transport's business; a wrong one would smuggle a second request. */
const framingHeaders = new Set(["content-length", "transfer-encoding"]);

const headersSchema = z
  .record(
    headerName.refine((name) => !framingHeaders.has(name.toLowerCase()), "set by the transport"),
    headerValue,
  )
  .meta({
    description:
      "Values may have {{templates}}; what a header may not contain is left out of their values.",
  });

const urlSchema = z
  .string()
  .max(8_192)
  .superRefine((url, context) => {
    const message = urlProblem(url);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  })
  .meta({ description: "Path and query may have {{templates}}; values are percent-encoded." });

const bodySchema = z
  .union([z.string(), z.record(z.string(), z.json()), z.array(z.json())], {
    error: "a body is a string, or a JSON object or array",
  })
  .meta({
    description:
      "A string is sent as it stands; an object or array as JSON. Strings may have {{templates}}. In JSON a string that is exactly one template of a number or boolean (randomInt, iteration, user, timestamp, a data field of nothing else) is sent without quotes.",
  });

const nameSchema = z
  .string()
  .trim()
  .min(1, "a name is needed")
  .max(200)
  // They would break lines of terminals and reports apart.
  .regex(/^\P{Cc}*$/u, "a name has no control characters");

export const stepSchema = z
  .strictObject({
    name: nameSchema.meta({
      description: "What results and SLA lines call the step: step(login).p95 < 200ms.",
    }),
    protocol: z
      .literal("http", { error: 'protocol is "http" in this version' })
      .meta({ description: "What is spoken with the target." }),
    method: methodSchema.default("GET"),
    url: urlSchema,
    headers: headersSchema.default({}),
    body: bodySchema.optional(),
    ...requestFields,
    ...inheritedFields,
    checks: checksSchema.optional(),
    extract: extractSchema.optional(),
    tags: tagsSchema.optional(),
    outcomes: outcomesSchema.optional(),
    thinkTimeSeconds: thinkTimeSchema.optional(),
    onError: onErrorSchema.optional(),
  })
  .meta({ id: "Step", description: "One protocol action of an iteration." });

export const flowElementSchema = flowSchemaOf(stepSchema);

const flowSchema = z.array(flowElementSchema).min(1, "name at least one step").max(MAX_STEPS);

const cookiesSchema = z.boolean().meta({
  description:
    "Users keep the cookies of answers and send them back: in closed workloads as long as they are there, in open ones each arrival for its iteration.",
});

export const workloadSchema = z
  .strictObject({
    name: nameSchema.meta({ description: "What results call the workload, as buyers." }),
    startSecond: secondsSchema
      .default(0)
      .meta({ description: "When the workload begins, from the start of the run." }),
    durationSeconds: positiveSecondsSchema
      .optional()
      .meta({ description: "How long load is made; refused where the load profile defines it." }),
    loadProfile: loadProfileSchema.meta({
      description: "Its rate, or its number of users, over time.",
    }),
    arrival: arrivalSchema.optional(),
    thinkTimeSeconds: thinkTimeSchema.optional(),
    overload: overloadSchema.optional(),
    connections: connectionsSchema.optional(),
    http: httpSchema.optional(),
    ...inheritedFields,
    outcomes: outcomesSchema.optional(),
    onError: onErrorSchema.optional(),
    cookies: cookiesSchema.optional(),
    steps: flowSchema.meta({ description: "What each of its iterations does, in this order." }),
  })
  .meta({ id: "Workload", description: "One population: a load profile and its steps." });

export const scenarioSchema = z
  .strictObject({
    $schema: z.string().max(2_048).optional().meta({
      description: "For editors: the address of this schema.",
    }),
    name: nameSchema.meta({
      description: "What lists and reports call the scenario, as Checkout on a busy day.",
    }),
    description: z
      .string()
      .max(2_000)
      .optional()
      .meta({ description: "For people; it changes nothing." }),
    targetUrl: urlSchema.optional(),
    method: methodSchema.optional(),
    headers: headersSchema.optional(),
    body: bodySchema.optional(),
    ...requestFields,
    ...inheritedFields,
    checks: checksSchema.optional(),
    outcomes: outcomesSchema.optional(),
    data: dataSchema.optional().meta({
      description:
        "Data sets by name: {{data.users.id}} is the field id of the set users, in the row of the iteration.",
    }),
    files: filesSchema.optional(),
    steps: flowSchema.optional().meta({
      description:
        "What each iteration does, in this order; instead of targetUrl with method and body.",
    }),
    setup: flowSchema.optional().meta({
      description:
        "Done once per run before the load, on one worker; what it extracts is {{vars.<name>}} everywhere. When it fails the run does.",
    }),
    teardown: flowSchema.optional().meta({
      description: "Done once per run after the load, however it ended; it may fail without harm.",
    }),
    onError: onErrorSchema.optional(),
    cookies: cookiesSchema.optional(),
    workloads: z.array(workloadSchema).min(1).max(MAX_WORKLOADS).optional().meta({
      description:
        "Several populations at once, each with a load profile and steps of its own; instead of loadProfile and steps.",
    }),
    sla: slaSchema.optional(),
    durationSeconds: positiveSecondsSchema
      .optional()
      .meta({ description: "How long load is made; refused where the load profile defines it." }),
    loadProfile: loadProfileSchema.optional().meta({
      description:
        "The rate, or the number of users, over time; needed where there are no workloads.",
    }),
    numWorkers: z
      .int()
      .min(1, "at least one worker")
      .max(MAX_WORKERS)
      .default(1)
      .meta({ description: "How many workers share the load." }),
    labels: labelsSchema.default({}).meta({
      description: "Only workers that have all of these labels are eligible.",
    }),
    maxInFlight: z.int().min(1).max(1_000_000).default(10_000).meta({
      description:
        "Iterations in flight per worker and workload; what is due beyond it is dropped.",
    }),
    arrival: arrivalSchema.default("uniform"),
    thinkTimeSeconds: thinkTimeSchema.optional(),
    overload: overloadSchema.default("drop"),
    connections: connectionsSchema.default("shared"),
    pacing: pacingSchema.default("timer"),
    timeouts: z
      .strictObject({
        requestSeconds: positiveSecondsSchema.max(3600).default(30).meta({
          description:
            "Seconds from when a request is begun to the end of its answer, connecting and redirects included; then it fails as timeout.",
        }),
      })
      .default({ requestSeconds: 30 })
      .meta({ description: "How long something may take." }),
    tls: z
      .strictObject({
        rejectUnauthorized: z
          .boolean()
          .default(true)
          .meta({ description: "false accepts self-signed certificates of test systems." }),
      })
      .default({ rejectUnauthorized: true })
      .meta({ description: "How certificates of https:// targets are checked." }),
    transport: z
      .enum(transports, { error: 'transport is "auto", "raw" or "undici"' })
      .default("auto")
      .meta({
        description:
          "How HTTP is spoken: over plain sockets (raw), through undici, or by whichever fits best: undici where http asks for what raw does not have.",
      }),
    http: httpSchema.optional(),
    gracefulStopSeconds: secondsSchema
      .max(3600)
      .default(30)
      .meta({ description: "How long answers may take after the last arrival." }),
    seed: z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .default(0)
      .meta({ description: "Whatever is drawn at random is the same for the same seed." }),
    secrets: z.array(z.string().min(1).max(1_000)).max(1_000).optional().meta({
      description:
        "Paths of texts that are shown to nobody, as body.password; headers like Authorization, auth and proxies are hidden in any case.",
    }),
    lostWorkers: z
      .enum(["redistribute", "degrade", "fail"], {
        error: 'lostWorkers is "redistribute", "degrade" or "fail"',
      })
      .default("redistribute")
      .meta({
        description:
          "When a worker dies: let others take its share over, go on without it, or fail the run.",
      }),
  })
  .meta({ id: "ScenarioDocument", description: "What a user asks for." });

/** A scenario as users write it, defaults filled in. */
export type Scenario = z.infer<typeof scenarioSchema>;
export type ScenarioInput = z.input<typeof scenarioSchema>;
export type Step = z.infer<typeof stepSchema>;
export type StepInput = z.input<typeof stepSchema>;
export type FlowElement = z.infer<typeof flowElementSchema>;
export type Workload = z.infer<typeof workloadSchema>;
