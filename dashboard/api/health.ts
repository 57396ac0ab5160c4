import { useQuery } from "@tanstack/react-query";
import { request, type Schema } from "./client.ts";

/** Operations add fields to /health freely; the dashboard reads this one. */
const authSchema: Schema<{ auth: string | undefined }> = {
  safeParse(value) {
    if (typeof value !== "object" || value === null) return { success: false };
    const auth = "auth" in value && typeof value.auth === "string" ? value.auth : undefined;
    return { success: true, data: { auth } };
  },
};

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** True when anyone who reaches this host may start load: no authentication and not loopback. */
export function useOpenToEveryone(hostname: string): boolean {
  const exposed = !loopback.test(hostname);
  const health = useQuery({
    queryKey: ["health"],
    queryFn: ({ signal }) => request("/health", authSchema, { signal }),
    enabled: exposed,
    staleTime: 60_000,
  });
  return exposed && health.data?.auth === "none";
}
