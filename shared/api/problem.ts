import { z } from "zod";

/** An error answer: RFC 9457 problem details, media type application/problem+json. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: "A stable name of the kind of problem." }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: "Every field at fault." }),
  })
  .meta({ id: "Problem" });
export type ProblemDocument = z.infer<typeof problemSchema>;
