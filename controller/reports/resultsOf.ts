import { notFound } from "../http/httpProblem.ts";
import type { RunResults } from "../runs/runResults.ts";
import type { Runs } from "../runs/runs.ts";

/** Throws the problem 404 when there is no such run. */
export async function resultsOf(runs: Runs, id: string): Promise<RunResults> {
  const results = await runs.results(id);
  if (results === undefined) throw notFound("run", id);
  return results;
}
