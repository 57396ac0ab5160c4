import { type RunView, runViewSchema } from "@onrush/shared/api/runView.ts";
import { listOf } from "@onrush/shared/api/scenarioApi.ts";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { API, command, request } from "./client.ts";
import type { ApiError } from "./problem.ts";

const runListSchema = listOf(runViewSchema);
export const runPath = (id: string) => `${API}/runs/${encodeURIComponent(id)}`;

export function useRuns(limit: number, offset = 0) {
  return useQuery({
    queryKey: ["runs", "list", limit, offset],
    queryFn: ({ signal }) =>
      request(`${API}/runs?limit=${limit}&offset=${offset}`, runListSchema, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 2_000,
  });
}

/** One run at the time of asking; the live stream brings what follows. */
export function useRun(id: string) {
  return useQuery<RunView, ApiError>({
    queryKey: ["runs", "one", id],
    queryFn: ({ signal }) => request(runPath(id), runViewSchema, { signal }),
  });
}

export function useStopRun() {
  const client = useQueryClient();
  return useMutation<void, ApiError, string>({
    mutationFn: (id) => command(`${runPath(id)}/stop`, { method: "POST" }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["runs"] }),
  });
}
