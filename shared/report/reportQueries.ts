import { z } from "zod";
import { latencyKinds } from "./runHistogram.ts";

/** `GET /runs/{id}/report.csv` */
export const reportQuerySchema = z.strictObject({
  steps: z
    .enum(["true", "false"])
    .default("false")
    .meta({ description: "With a row for each step after that of each second." }),
});

const MAX_PERCENTILES = 100;
const isPercent = (text: string) => /^\d{1,3}(\.\d{1,6})?$/.test(text) && Number(text) <= 100;

/** `GET /runs/{id}/histogram` */
export const histogramQuerySchema = z.strictObject({
  kind: z.enum(latencyKinds).default("response"),
  workload: z.string().optional().meta({ description: "Of this workload alone." }),
  step: z.string().optional().meta({ description: "Of the steps of this name alone." }),
  format: z.enum(["json", "hgrm", "v2"]).default("json").meta({
    description:
      "hgrm: HdrHistogram's percentile distribution, milliseconds; v2: its compressed encoding as base64, microseconds.",
  }),
  percentiles: z
    .string()
    .refine(
      (text) => text.split(",").length <= MAX_PERCENTILES && text.split(",").every(isPercent),
      `at most ${MAX_PERCENTILES} numbers from 0 to 100 with commas between: 50,90,99.9`,
    )
    .transform((text) => text.split(",").map(Number))
    .optional()
    .meta({ description: "With format=json: which percentiles, for example 50,66,99.9." }),
});
