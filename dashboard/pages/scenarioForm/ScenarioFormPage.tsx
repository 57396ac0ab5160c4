import { Alert, Button, Skeleton, Tabs } from "@mantine/core";
import { useMemo } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { ApiError } from "../../api/problem.ts";
import { useScenario } from "../../api/scenarios.ts";
import { ErrorNotice } from "../../components/ErrorNotice.tsx";
import { AlertIcon, PlayIcon } from "../../components/icons.tsx";
import { PageHead } from "../../components/PageHead.tsx";
import { NotFoundPage } from "../NotFoundPage.tsx";
import { parseText, toDocument, withoutStoreFields } from "./document.ts";
import { FormTab } from "./FormTab.tsx";
import { newValues } from "./formValues.ts";
import { fromDocument } from "./fromDocument.ts";
import { JsonTab } from "./JsonTab.tsx";
import { PreviewPanel } from "./PreviewPanel.tsx";
import { ProblemList } from "./ProblemList.tsx";
import { type Draft, draftOf, pretty, useScenarioForm } from "./useScenarioForm.ts";

export default function ScenarioFormPage() {
  const { id } = useParams();
  const scenario = useScenario(id);
  const stored = scenario.data;
  const initial = useMemo<Draft | undefined>(() => {
    if (id === undefined) return { mode: "form", values: newValues() };
    return stored === undefined ? undefined : draftOf(withoutStoreFields(stored));
  }, [id, stored]);
  if (scenario.error instanceof ApiError && scenario.error.status === 404) {
    return <NotFoundPage what="scenario" />;
  }
  if (scenario.error !== null) {
    return <ErrorNotice error={scenario.error} onRetry={() => void scenario.refetch()} />;
  }
  if (initial === undefined) return <Skeleton h={480} />;
  return <Editor key={stored?.id ?? "new"} id={id} initial={initial} title={stored?.name} />;
}

interface EditorProps {
  id: string | undefined;
  initial: Draft;
  title: string | undefined;
}

function Editor({ id, initial, title = "New scenario" }: EditorProps) {
  const navigate = useNavigate();
  const form = useScenarioForm(initial);
  const { draft, document, save, preview } = form;
  const leave = ({ runId }: { runId: string | undefined }) =>
    void navigate(runId === undefined ? "/" : `/runs/${runId}`);
  const submit = (start: boolean) => {
    form.tried();
    if (document === undefined) return;
    save.mutate({ id, document, start }, { onSuccess: leave });
  };
  const saving = (start: boolean) => save.isPending && save.variables.start === start;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit(false);
      }}
      noValidate
    >
      <PageHead title={title}>
        <Button component={Link} to="/" variant="subtle" color="gray">
          Cancel
        </Button>
        <Button type="submit" variant="default" loading={saving(false)} data-testid="save">
          Save
        </Button>
        <Button
          leftSection={<PlayIcon size={12} />}
          loading={saving(true)}
          onClick={() => submit(true)}
          data-testid="save-and-start"
        >
          Save and start
        </Button>
      </PageHead>
      <ProblemList problems={form.placed.others} refusal={form.refusal} />
      <div className="form-grid">
        <EditTabs form={form} />
        <div className="sticky">
          <PreviewPanel
            preview={form.curve}
            busy={preview.isFetching}
            stale={
              preview.error !== null ||
              preview.isPlaceholderData ||
              (draft.mode === "json" && document === undefined)
            }
          />
        </div>
      </div>
    </form>
  );
}

function EditTabs({ form }: { form: ReturnType<typeof useScenarioForm> }) {
  const { draft, edit } = form;
  const asForm = draft.mode === "form" ? draft.values : formOf(draft.text);
  const change = (tab: string | null) => {
    if (tab === "json" && draft.mode === "form") {
      edit({ mode: "json", text: pretty(toDocument(draft.values)) });
    }
    if (tab === "form" && draft.mode === "json" && asForm !== undefined) {
      edit({ mode: "form", values: asForm });
    }
  };
  return (
    <Tabs value={draft.mode} onChange={change} keepMounted={false}>
      <Tabs.List mb={8}>
        <Tabs.Tab value="form" disabled={asForm === undefined} data-testid="tab-form">
          Form
        </Tabs.Tab>
        <Tabs.Tab value="json" data-testid="tab-json">
          Edit as JSON
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="form">
        {draft.mode === "form" && <FormTab form={form} values={draft.values} />}
      </Tabs.Panel>
      <Tabs.Panel value="json">
        {asForm === undefined && (
          <Alert icon={<AlertIcon />} color="gray" mb={8} py={6}>
            The form cannot show this document; it is edited here.
          </Alert>
        )}
        {draft.mode === "json" && (
          <JsonTab
            text={draft.text}
            error={form.textError}
            onChange={(text) => edit({ mode: "json", text })}
          />
        )}
      </Tabs.Panel>
    </Tabs>
  );
}

function formOf(text: string) {
  const { document } = parseText(text);
  return document && fromDocument(document);
}
