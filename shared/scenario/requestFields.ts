import { z } from "zod";
import { fileNameSchema } from "./files.ts";
import { outcomeKinds } from "../condition/stepOutcomes.ts";

/** What a request carries beside method, URL, headers and a plain body. */

const MAX_FIELDS = 200;
const MAX_OUTCOMES = 20;
const MAX_TEXT = 16_384;

const nameSchema = z.string().min(1, "a name is needed").max(200);
const valueSchema = z.union([z.string().max(MAX_TEXT), z.number(), z.boolean()], {
  error: "a value is a string, a number or a boolean",
});

const fieldsSchema = z
  .record(
    nameSchema,
    z.union([valueSchema, z.array(valueSchema).max(MAX_FIELDS)], {
      error: "a field is a string, a number, a boolean, or a list of them",
    }),
  )
  .refine((fields) => Object.keys(fields).length <= MAX_FIELDS, `at most ${MAX_FIELDS} fields`);

const headerText = z
  .string()
  .min(1)
  .max(1_000)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "no line breaks or characters beyond Latin-1");

const partSchema = z
  .strictObject({
    name: nameSchema.meta({
      description: "The name of the form's field; it may have {{templates}}.",
    }),
    value: valueSchema.optional().meta({ description: "What the part holds." }),
    file: fileNameSchema.optional().meta({ description: "Sends the bytes of the file." }),
    filename: z
      .string()
      .min(1)
      .max(1_000)
      .optional()
      .meta({ description: "Its name as a file; that of the file unless it is said." }),
    contentType: headerText.optional().meta({ description: "Its Content-Type." }),
  })
  .refine(({ value, file }) => (value === undefined) !== (file === undefined), {
    error: "a part needs either value or file",
  });

export const contentCodings = ["gzip", "deflate", "br", "zstd"] as const;
export type ContentCoding = (typeof contentCodings)[number];
const codingSchema = z.enum(contentCodings, {
  error: 'an encoding is "gzip", "deflate", "br" or "zstd"',
});

export const acceptEncodingSchema = z.array(codingSchema).min(1).max(contentCodings.length).meta({
  description:
    "Sends Accept-Encoding, and decodes answers where checks, extractions or outcomes read their bodies. Bytes received are those of the wire.",
});

export const authSchema = z
  .union(
    [
      z.strictObject({
        basic: z
          .strictObject({
            user: z
              .string()
              .max(MAX_TEXT)
              .meta({ description: "Who asks, as {{data.users.name}}." }),
            password: z.string().max(MAX_TEXT).meta({ description: "Shown to nobody." }),
          })
          .meta({ description: "User and password, sent as HTTP Basic (RFC 7617)." }),
      }),
      z.strictObject({
        bearer: z
          .string()
          .min(1)
          .max(MAX_TEXT)
          .meta({ description: "The token, as {{vars.token}}; shown to nobody." }),
      }),
      z.literal("none"),
    ],
    { error: 'auth is {"basic": {"user", "password"}}, {"bearer": "token"} or "none"' },
  )
  .meta({
    description:
      'Sends Authorization; strings may have {{templates}}. "none" sends none where the scenario has one. A header of the step that is named Authorization wins.',
  });

export const outcomesSchema = z
  .array(
    z.strictObject({
      name: z
        .string()
        .trim()
        .min(1, "a name is needed")
        .max(100)
        .refine((name) => name !== "__proto__", "not possible as a name")
        .meta({ description: "What results and SLA lines call it: outcome(no-balance) < 5%." }),
      when: z
        .string()
        .min(1, "a condition is needed")
        .max(1_000)
        .meta({ description: "A condition on the answer, as status == 402." }),
      as: z.enum(outcomeKinds, { error: 'as is "ok", "failed" or "neutral"' }).meta({
        description: "How the request counts; neutral is neither a success nor a failure.",
      }),
    }),
  )
  .max(MAX_OUTCOMES)
  .meta({
    description:
      "Answers with names of their own. The first whose condition holds counts the answer by its name and says whether it is ok, failed or neutral; those of the step come first, then those of the workload and of the scenario.",
  });

/** Of a step; the short form has them too. */
export const requestFields = {
  query: fieldsSchema.optional().meta({
    description: "Appended to the URL, percent-encoded; a list sends its name several times.",
  }),
  form: fieldsSchema.optional().meta({
    description: "The body as application/x-www-form-urlencoded.",
  }),
  multipart: z
    .array(partSchema)
    .min(1, "name at least one part")
    .max(MAX_FIELDS)
    .optional()
    .meta({ description: "The body as multipart/form-data." }),
  compress: codingSchema.optional().meta({
    description:
      "Sends the body in this content coding: compressed once where it has no templates, otherwise for each request.",
  }),
  bodyFile: fileNameSchema.optional().meta({ description: "The bytes of a file as the body." }),
};

/** Of a step, and of what steps inherit from. */
export const inheritedFields = {
  auth: authSchema.optional(),
  acceptEncoding: acceptEncodingSchema.optional(),
};

/** What a workload's steps have where they do not say otherwise. */
export const stepDefaultsSchema = z.object({
  ...inheritedFields,
  outcomes: z.array(outcomesSchema.element).default([]),
});

export type StepDefaults = z.infer<typeof stepDefaultsSchema>;
export type Auth = z.infer<typeof authSchema>;
export type Fields = z.infer<typeof fieldsSchema>;
export type Part = z.infer<typeof partSchema>;
