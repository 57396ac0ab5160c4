import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";

/** A document of a run, `report.html` for example, as the controller at `base` sends it. */
export async function fetchReport(base: string, runId: string, path: string): Promise<Response> {
  const url = `${base}/api/v1/runs/${encodeURIComponent(runId)}/${path}`;
  const answer = await fetch(url).catch(() => undefined);
  if (answer === undefined) {
    throw new CliError(`no controller answers at ${base}: is it running?`, EXIT.error);
  }
  if (answer.ok) return answer;
  await answer.body?.cancel();
  const why = answer.status === 404 ? `has no run "${runId}"` : `answered ${answer.status}`;
  throw new CliError(`${base} ${why} (asked for ${path})`, EXIT.error);
}
