import { z } from "zod";

const MAX_LABELS = 20;
const MAX_NAME_LENGTH = 63;
const MAX_VALUE_LENGTH = 200;

/** What `onrush worker --labels name=value,…` can give a worker, so that no label asks in vain. */
const labelName = z
  .string()
  .max(MAX_NAME_LENGTH)
  .regex(/^[0-9A-Za-z][-./0-9A-Z_a-z]*$/, "a label's name is letters, digits, and . _ - /");
const labelValue = z
  .string()
  .max(MAX_VALUE_LENGTH)
  .regex(/^[^,]*$/, "a label's value has no comma")
  .refine((value) => value === value.trim(), "a label's value has no blanks around it");

export const labelsSchema = z
  .record(labelName, labelValue)
  .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `at most ${MAX_LABELS} labels`);
