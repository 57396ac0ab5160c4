import { useDebouncedValue } from "@mantine/hooks";
import { useCallback, useMemo, useState } from "react";
import { type ScenarioDocument, usePreview, useSaveScenario } from "../../api/scenarios.ts";
import { parseText, previewDocument, toDocument } from "./document.ts";
import type { FormValues, ProfileValues } from "./formValues.ts";
import { fromDocument } from "./fromDocument.ts";
import { fieldPaths, localProblems, placeProblems, type Problem } from "./problems.ts";

/** One of two ways to edit the same document; switching converts. */
export type Draft = { mode: "form"; values: FormValues } | { mode: "json"; text: string };

const PREVIEW_DELAY_MS = 350;
const noProblems: readonly Problem[] = [];

export const pretty = (document: ScenarioDocument) => JSON.stringify(document, null, 2);

/** The form when it can show the document, else its JSON. */
export function draftOf(document: ScenarioDocument): Draft {
  const values = fromDocument(document);
  return values === undefined ? { mode: "json", text: pretty(document) } : { mode: "form", values };
}

function documentOf(draft: Draft): { document?: ScenarioDocument; error?: string } {
  return draft.mode === "form" ? { document: toDocument(draft.values) } : parseText(draft.text);
}

/** Name and target are not complained about before they were visited or a save was tried. */
const isQuiet = (path: string) => path === "name" || path === "targetUrl";

/** State of the form: the draft, its live preview, and where each problem shows. */
export function useScenarioForm(initial: Draft) {
  const [draft, setDraft] = useState(initial);
  const [visited, setVisited] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const save = useSaveScenario();
  const { document, error: textError } = useMemo(() => documentOf(draft), [draft]);
  const [previewed] = useDebouncedValue(document, PREVIEW_DELAY_MS);
  const wanted = useMemo(() => previewed && previewDocument(previewed), [previewed]);
  const preview = usePreview(wanted);
  // The last curve stays in sight while the document has mistakes.
  const [curve, setCurve] = useState(preview.data);
  if (preview.data !== undefined && preview.data !== curve) setCurve(preview.data);

  const edit = useCallback(
    (next: Draft) => {
      setDraft(next);
      if (save.error !== null) save.reset();
    },
    [save],
  );
  const patch = (some: Partial<FormValues>) => {
    if (draft.mode === "form") edit({ mode: "form", values: { ...draft.values, ...some } });
  };
  const patchProfile = (some: Partial<ProfileValues>) => {
    if (draft.mode === "form") patch({ profile: { ...draft.values.profile, ...some } });
  };

  const asked = save.error?.problem ?? preview.error?.problem;
  const remote = asked?.errors ?? noProblems;
  const placed = useMemo(() => {
    if (draft.mode === "json") return placeProblems(remote, new Set());
    const all = [...localProblems(draft.values), ...remote];
    return placeProblems(all, fieldPaths(draft.values));
  }, [draft, remote]);

  return {
    ...{ draft, edit, patch, patchProfile, document, textError, preview, curve, save, placed },
    /** Why the controller refused without naming a field. */
    refusal: asked !== undefined && remote.length === 0 ? asked : undefined,
    problemAt: (path: string) =>
      isQuiet(path) && !tried && !visited.has(path) ? undefined : placed.byPath.get(path),
    visit: (path: string) => setVisited((old) => (old.has(path) ? old : new Set(old).add(path))),
    tried: () => setTried(true),
  };
}

export type ScenarioForm = ReturnType<typeof useScenarioForm>;
