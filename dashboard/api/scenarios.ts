import {
  createdScenarioSchema,
  listOf,
  type Preview,
  previewSchema,
  storedScenarioSchema,
} from "@onrush/shared/api/scenarioApi.ts";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { API, command, request } from "./client.ts";
import type { ApiError } from "./problem.ts";

export const PAGE_SIZE = 50;
const scenarioListSchema = listOf(storedScenarioSchema);
const startedSchema = createdScenarioSchema.pick({ runId: true }).required();
const scenarioPath = (id: string) => `${API}/scenarios/${encodeURIComponent(id)}`;

/** A scenario document on its way to the controller, which alone judges it. */
export type ScenarioDocument = Record<string, unknown>;

export function useScenarios(page: number) {
  return useQuery({
    queryKey: ["scenarios", "list", page],
    queryFn: ({ signal }) =>
      request(
        `${API}/scenarios?limit=${PAGE_SIZE}&offset=${(page - 1) * PAGE_SIZE}`,
        scenarioListSchema,
        { signal },
      ),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  });
}

export function useScenario(id: string | undefined) {
  return useQuery({
    queryKey: ["scenarios", "one", id],
    queryFn: ({ signal }) => request(scenarioPath(id ?? ""), storedScenarioSchema, { signal }),
    enabled: id !== undefined,
    // An open form must not change under the user's hands.
    refetchOnWindowFocus: false,
    staleTime: Infinity,
    gcTime: 0,
  });
}

/** The rate curve of a document; the last good one stays while a new one is fetched. */
export function usePreview(document: ScenarioDocument | undefined) {
  return useQuery<Preview, ApiError>({
    queryKey: ["preview", document],
    queryFn: ({ signal }) =>
      request(`${API}/scenarios/preview`, previewSchema, {
        method: "POST",
        body: document,
        signal,
      }),
    enabled: document !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

/** Starts a run and answers with its id. */
export function useStartRun() {
  const client = useQueryClient();
  return useMutation<string, ApiError, string>({
    mutationFn: async (scenarioId) => {
      const path = `${scenarioPath(scenarioId)}/runs`;
      return (await request(path, startedSchema, { method: "POST" })).runId;
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["runs"] }),
  });
}

export function useDeleteScenario() {
  const client = useQueryClient();
  return useMutation<void, ApiError, string>({
    mutationFn: (id) => command(scenarioPath(id), { method: "DELETE" }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["scenarios"] }),
  });
}

interface Save {
  /** Absent for a new scenario. */
  id: string | undefined;
  document: ScenarioDocument;
  start: boolean;
}
interface Saved {
  id: string;
  runId: string | undefined;
}

async function save({ id, document, start }: Save): Promise<Saved> {
  if (id === undefined) {
    const body = { ...document, autoStart: start };
    const created = await request(`${API}/scenarios`, createdScenarioSchema, {
      method: "POST",
      body,
    });
    return { id: created.id, runId: created.runId };
  }
  await request(scenarioPath(id), storedScenarioSchema, { method: "PUT", body: document });
  if (!start) return { id, runId: undefined };
  const started = await request(`${scenarioPath(id)}/runs`, startedSchema, { method: "POST" });
  return { id, runId: started.runId };
}

export function useSaveScenario() {
  const client = useQueryClient();
  return useMutation<Saved, ApiError, Save>({
    mutationFn: save,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["scenarios", "list"] });
      await client.invalidateQueries({ queryKey: ["runs"] });
    },
  });
}
