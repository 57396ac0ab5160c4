import { histogramQuerySchema } from "@onrush/shared/report/reportQueries.ts";
import {
  type HistogramDocument,
  histogramDocumentSchema,
} from "@onrush/shared/report/runHistogram.ts";
import { CliError } from "../cliError.ts";
import { askController } from "../clients/controllerApi.ts";
import { EXIT } from "../exitCodes.ts";

/** `50,95,99.9`, checked before anything runs. Throws CliError (exit code 2). */
export function checkPercentiles(text: string): void {
  const parsed = histogramQuerySchema.shape.percentiles.safeParse(text);
  if (parsed.success) return;
  const reason = parsed.error.issues[0]?.message ?? "not possible";
  throw new CliError(`--percentiles "${text}": ${reason}`, EXIT.badScenario);
}

/**
 * The merged response times of a run: exact, not worked out from those of its summary. Undefined
 * where the controller has none, as of a run that never began.
 */
export async function runLatencies(
  base: string,
  runId: string,
  percentiles: string | undefined,
): Promise<HistogramDocument | undefined> {
  const query = percentiles === undefined ? "" : `?percentiles=${percentiles}`;
  try {
    const path = `/runs/${runId}/histogram${query}`;
    const document = await askController(histogramDocumentSchema, base, "GET", path);
    return percentiles === undefined ? { ...document, percentiles: [] } : document;
  } catch (error) {
    if (!(error instanceof CliError) || percentiles !== undefined) throw error;
    return undefined;
  }
}
