import { z } from "zod";
import { MAX_BRANCHES, MAX_PARALLEL, MAX_OPERATIONS, MAX_STEPS } from "../scenario/limits.ts";
import { thinkTimeSchema } from "../scenario/pacing.ts";
import { type Tags, tagsSchema } from "../scenario/tags.ts";

/** The order of an iteration's steps: what may stand in `steps` beside a step itself. */

export type FlowOf<Step> = Step | Block<Step> | Parallel<Step> | Choice<Step>;

/** Steps that belong together: measured as a whole, done several times, or both. */
export interface Block<Step> {
  group?: string | undefined;
  repeat?: number | undefined;
  tags?: Tags | undefined;
  steps: FlowOf<Step>[];
}

/** Steps that are sent together. */
export interface Parallel<Step> {
  parallel: Step[];
  thinkTimeSeconds?: z.infer<typeof thinkTimeSchema> | undefined;
  tags?: Tags | undefined;
}

export interface Branch<Step> {
  weight?: number | undefined;
  steps: FlowOf<Step>[];
}

/** One of several, by their weights. */
export interface Choice<Step> {
  choose: Branch<Step>[];
  tags?: Tags | undefined;
}

export const onErrors = ["continue", "abortIteration"] as const;
export type OnError = (typeof onErrors)[number];

export const onErrorSchema = z
  .enum(onErrors, { error: 'onError is "continue" or "abortIteration"' })
  .meta({
    description:
      "After a failed request the iteration goes on or ends. Unless told to continue it ends where nothing could be extracted.",
  });

const groupName = z.string().trim().min(1, "a name is needed").max(200);
const weight = z.number().positive("a weight is above 0").max(1_000_000);
const count = z.int().min(1, "at least once").max(MAX_OPERATIONS);

/** What `steps` may hold, of steps as `step` describes them. */
export function flowSchemaOf<S extends z.ZodType>(
  step: S,
): z.ZodType<FlowOf<z.output<S>>, FlowOf<z.input<S>>> {
  type Element = z.ZodType<FlowOf<z.output<S>>, FlowOf<z.input<S>>>;
  const element: Element = z
    .lazy(() => z.union([step, block, parallel, choice]))
    .meta({ id: "FlowElement", description: "A step, or steps in another order." });
  const block = z
    .strictObject({
      group: groupName.optional().meta({ description: "Measured from begin to end by this name." }),
      repeat: count.optional().meta({ description: "How often, one after the other." }),
      tags: tagsSchema.optional().meta({ description: "Of every step in it." }),
      steps: z
        .array(element)
        .min(1, "name at least one step")
        .max(MAX_STEPS)
        .meta({ description: "What is done, in this order." }),
    })
    .meta({ id: "Block", description: "Steps that are measured together, or done several times." });
  const parallel = z
    .strictObject({
      parallel: z
        .array(step)
        .min(1, "name at least one step")
        .max(MAX_PARALLEL)
        .meta({ description: "Steps that are sent at the same time, each measured on its own." }),
      thinkTimeSeconds: thinkTimeSchema.optional(),
      tags: tagsSchema.optional(),
    })
    .meta({ id: "Parallel", description: "Sent together; the iteration waits for all of them." });
  const choice = z
    .strictObject({
      choose: z
        .array(
          z.strictObject({
            weight: weight.optional().meta({ description: "1 unless it is said." }),
            steps: z
              .array(element)
              .max(MAX_STEPS)
              .meta({ description: "What the branch does; an empty list does nothing." }),
          }),
        )
        .min(1, "name at least one branch")
        .max(MAX_BRANCHES)
        .meta({ description: "Branches, one of which the iteration takes." }),
      tags: tagsSchema.optional(),
    })
    .meta({ id: "Choice", description: "One of the branches, as often as its weight says." });
  return element;
}
