import { runViewSchema } from "@onrush/shared/api/runView.ts";
import { pageQuerySchema } from "@onrush/shared/api/scenarioApi.ts";
import { REPORT_POLICY } from "@onrush/shared/report/html/htmlReport.ts";
import { junitXml } from "@onrush/shared/report/junitXml.ts";
import { runReportJsonSchema } from "@onrush/shared/report/runReport.ts";
import { reportQuerySchema } from "@onrush/shared/report/reportQueries.ts";
import { jsonSchemaRoute } from "../http/jsonSchemaRoute.ts";
import { type RawResponse, route, type Route } from "../http/route.ts";
import type { Runs } from "../runs/runs.ts";
import { htmlText } from "./htmlText.ts";
import { resultsOf } from "./resultsOf.ts";
import { csvReport, jsonReport } from "./reportTexts.ts";

const tags = ["reports"];
const params = runViewSchema.pick({ id: true });
const noQuery = pageQuerySchema.pick({}).strict();

/** `T` is string, or pieces of it that are made while they are sent. */
const text = <T>(contentType: string, description: string): RawResponse<T> => ({
  ...{ contentType, description, jsonSchema: { type: "string" } },
});
type Pieces = AsyncIterable<string>;

/** Browsers store it under a name that tells the run. */
const fileName = (id: string, end: string) => ({
  "Content-Disposition": `inline; filename="onrush-${id.replaceAll(/[^\w.-]/g, "_")}.${end}"`,
});

function seriesRoutes(runs: Runs): Route[] {
  return [
    route({
      method: "get",
      path: "/api/v1/runs/:id/report.json",
      summary: "A run with its summary, every second, and intervals to compare it by",
      description: "Its JSON Schema is at /api/v1/schemas/run.json.",
      tags,
      params,
      query: noQuery,
      responses: { 200: text<Pieces>("application/json; charset=utf-8", "RunReport") },
      handle: async ({ params: { id } }) => ({
        ...{ status: 200, headers: fileName(id, "json") },
        body: jsonReport(await resultsOf(runs, id)),
      }),
    }),
    route({
      method: "get",
      path: "/api/v1/runs/:id/report.csv",
      summary: "The seconds of a run as CSV, with steps=true also those of each step",
      tags,
      params,
      query: reportQuerySchema,
      responses: { 200: text<Pieces>("text/csv; charset=utf-8", "RFC 4180") },
      handle: async ({ params: { id }, query: { steps } }) => ({
        ...{ status: 200, headers: fileName(id, "csv") },
        body: csvReport(await resultsOf(runs, id), steps === "true"),
      }),
    }),
  ];
}

/** A run as documents to keep. */
export function reportRoutes(runs: Runs): Route[] {
  return [
    ...seriesRoutes(runs),
    route({
      method: "get",
      path: "/api/v1/runs/:id/report.html",
      summary: "A run as one page of HTML that needs no network: charts, tables, verdict",
      tags,
      params,
      query: noQuery,
      responses: { 200: text<string>("text/html; charset=utf-8", "A page") },
      handle: async ({ params: { id } }) => ({
        ...{ status: 200, body: await htmlText(await resultsOf(runs, id)) },
        headers: { ...fileName(id, "html"), "Content-Security-Policy": REPORT_POLICY },
      }),
    }),
    route({
      method: "get",
      path: "/api/v1/runs/:id/junit.xml",
      summary: "Validity, SLA lines and checks of a run as JUnit test cases",
      tags,
      params,
      query: noQuery,
      responses: { 200: text<string>("application/xml; charset=utf-8", "JUnit XML") },
      handle: async ({ params: { id } }) => {
        const { run } = await resultsOf(runs, id);
        return { status: 200, body: junitXml(run), headers: fileName(id, "xml") };
      },
    }),
    jsonSchemaRoute("/api/v1/schemas/run.json", {
      summary: "JSON Schema of report.json and of what --json writes",
      tags,
      schema: runReportJsonSchema,
    }),
  ];
}
