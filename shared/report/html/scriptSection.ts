import type { RunView, ScriptView } from "../../api/runView.ts";
import { formatCount, formatMs } from "../../format/numbers.ts";
import { badge } from "./headSections.ts";
import { html, type Html } from "./html.ts";
import { section, table } from "./table.ts";

const tones: Partial<Record<ScriptView["state"], string>> = { ok: "PASSED", failed: "FAILED" };

function script(title: string, view: ScriptView | null): Html | null {
  if (view === null) return null;
  const { state, reason, requests, steps } = view;
  const listed = table<ScriptView["steps"][number]>(
    [
      { title, text: true, of: ({ name }) => name },
      {
        ...{ title: "", text: true },
        of: ({ ok }) => (ok ? badge("PASSED", "ok") : badge("FAILED", "failed")),
      },
      { title: "Status", of: ({ status }) => (status === 0 ? "–" : status) },
      { title: "Service", of: ({ status, ms }) => (status === 0 ? "–" : formatMs(ms)) },
      { title: "Why", text: true, of: ({ error }) => error },
    ],
    steps,
  );
  const more = requests > steps.length ? `, the first ${formatCount(steps.length)} of them` : "";
  return html`<p>
      ${title} ${badge(tones[state] ?? "", state)} ${reason === "" ? null : `${reason}. `}Requests:
      ${formatCount(requests)}${more}
    </p>
    ${listed}`;
}

/** What was done once per run, apart from its load. */
export function scriptSection({ setup, teardown }: RunView): Html | null {
  return section("Setup and teardown", script("Setup", setup), script("Teardown", teardown));
}
