import {
  type LeaseReply,
  leaseReplySchema,
  LEASES_PATH,
  type LeaseRequest,
} from "@onrush/shared/wire/leaseRenewal.ts";

/** With what the wait for Redis takes before, well below the lease. */
const ANSWER_WITHIN_MS = 400;

export type AskOwner = (url: string, request: LeaseRequest) => Promise<LeaseReply | undefined>;

/**
 * Asks the controller at `url` how the shares stand. Undefined when it does not answer for Redis,
 * because Redis answers it; rejects when it cannot be reached in time or says what is no reply.
 */
export const leaseOverHttp: AskOwner = async (url, request) => {
  const response = await fetch(`${url}/api/v1${LEASES_PATH}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
    redirect: "error",
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  if (response.status === 200) return leaseReplySchema.parse(await response.json());
  await response.body?.cancel();
  if (response.status === 409) return undefined;
  throw new Error(`the controller at ${url} answers ${response.status} when asked for leases`);
};
