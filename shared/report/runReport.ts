import { z } from "zod";
import { runViewSchema } from "../api/runView.ts";
import { secondViewSchema } from "../api/secondView.ts";
import { intervalSchema } from "./intervals.ts";
import { scenarioOutlineSchema } from "./scenarioOutline.ts";

/** `report.json`: the run as the API shows it, with everything measured of it. */
export const runReportSchema = runViewSchema
  .extend({
    scenario: scenarioOutlineSchema,
    seconds: z.array(secondViewSchema),
    intervals: z.array(intervalSchema),
  })
  .meta({ id: "RunReport", description: "A run with its summary, seconds and intervals." });
export type RunReport = z.infer<typeof runReportSchema>;

/** Its JSON Schema (draft 2020-12), as published. */
export function runReportJsonSchema(): object {
  return { ...z.toJSONSchema(runReportSchema, { io: "output" }), title: "Onrush run report" };
}
