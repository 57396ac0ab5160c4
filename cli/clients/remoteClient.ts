import { setTimeout as pause } from "node:timers/promises";
import { problemSchema } from "@onrush/shared/api/problem.ts";
import { type RunEvent, type RunView, runViewSchema } from "@onrush/shared/api/runView.ts";
import { createdScenarioSchema, listOf } from "@onrush/shared/api/scenarioApi.ts";
import { type SecondView, secondViewSchema } from "@onrush/shared/api/secondView.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { problemLines } from "../readScenario.ts";
import type { RunClient } from "./runClient.ts";

const POLL_MS = 500;
/** How many seconds back are asked for again, for their corrections. */
const LOOK_BACK_SECONDS = 10;

async function call(base: string, method: string, path: string, body?: unknown): Promise<unknown> {
  let answer: Response;
  try {
    const init: RequestInit = { method };
    if (body !== undefined) {
      init.headers = { "content-type": "application/json" };
      init.body = JSON.stringify(body);
    }
    answer = await fetch(`${base}/api/v1${path}`, init);
  } catch {
    throw new CliError(`no controller answers at ${base}: is it running?`, EXIT.error);
  }
  const document: unknown = await answer.json().catch(() => null);
  if (answer.ok) return document;
  const problem = problemSchema.safeParse(document);
  const title = problem.success ? (problem.data.detail ?? problem.data.title) : answer.statusText;
  const errors = problem.success ? (problem.data.errors ?? []) : [];
  const code = answer.status === 400 ? EXIT.badScenario : EXIT.error;
  throw new CliError(
    [`${base} answered ${answer.status}: ${title}`, problemLines(errors)].join("\n").trim(),
    code,
  );
}

/** The document to send: a default that was filled in is refused beside users when written out. */
function documentOf({ overload, ...rest }: Scenario): object {
  return overload === "drop" ? rest : { ...rest, overload };
}

/** Runs at a controller elsewhere, through its HTTP API. */
export function remoteClient(url: string): RunClient {
  const base = url.replace(/\/+$/, "");
  return {
    async start(scenario) {
      const created = createdScenarioSchema.parse(
        await call(base, "POST", "/scenarios", documentOf(scenario)),
      );
      const runId = created.runId ?? "";
      const seconds: ((view: SecondView) => void)[] = [];
      const events: ((event: RunEvent) => void)[] = [];
      const get = async () => runViewSchema.parse(await call(base, "GET", `/runs/${runId}`));
      const first = await get();
      const poll = async (): Promise<RunView> => {
        let from = 0;
        let toldEvents = 0;
        for (;;) {
          await pause(POLL_MS);
          const run = await get();
          const answer = await call(base, "GET", `/runs/${runId}/seconds?from=${from}`);
          const { items } = listOf(secondViewSchema).parse(answer);
          for (const view of items) for (const listen of seconds) listen(view);
          from = Math.max(from, (items.at(-1)?.second ?? 0) - LOOK_BACK_SECONDS);
          for (const event of run.events.slice(toldEvents))
            for (const listen of events) listen(event);
          toldEvents = run.events.length;
          if (hasEnded(run.state) && run.endedAt !== null) return run;
        }
      };
      return {
        runId,
        plannedSeconds: first.plannedSeconds,
        onSecond: (listen) => seconds.push(listen),
        onEvent: (listen) => events.push(listen),
        stop: async () => void (await call(base, "POST", `/runs/${runId}/stop`)),
        ended: poll(),
      };
    },
    close: async () => {},
  };
}
