import { listOf, workerViewSchema } from "@onrush/shared/api/scenarioApi.ts";
import { useQuery } from "@tanstack/react-query";
import { API, request } from "./client.ts";

const workerListSchema = listOf(workerViewSchema);

export function useWorkers() {
  return useQuery({
    queryKey: ["workers"],
    queryFn: ({ signal }) => request(`${API}/workers`, workerListSchema, { signal }),
    refetchInterval: 1_000,
  });
}
