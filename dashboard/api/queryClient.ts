import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./problem.ts";

/** A refusal stays a refusal; only a controller that did not answer is asked again. */
function shouldRetry(failures: number, error: Error): boolean {
  const refused = error instanceof ApiError && error.status >= 400 && error.status < 500;
  return !refused && failures < 2;
}

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: shouldRetry, staleTime: 1_000 } },
});
