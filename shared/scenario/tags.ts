import { z } from "zod";

/** Names that results and SLA lines filter steps by. */

const MAX_TAGS = 10;

const tagName = z
  .string()
  .max(63)
  .regex(/^[0-9A-Za-z][-.0-9A-Z_a-z]*$/, "a tag's name is letters, digits, and . _ -");
const tagValue = z
  .string()
  .min(1, "a value is needed")
  .max(100)
  .regex(/^[^\p{C}()"',=]*$/u, "a tag's value has no parentheses, quotes, commas, = or line breaks")
  .refine((value) => value === value.trim(), "a tag's value has no blanks around it");

export const tagsSchema = z
  .record(tagName, tagValue)
  .refine((tags) => Object.keys(tags).length <= MAX_TAGS, `at most ${MAX_TAGS} tags`)
  .meta({ description: "Results show them, and SLA lines can take the steps that have one." });
export type Tags = z.infer<typeof tagsSchema>;
