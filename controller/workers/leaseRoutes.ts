import {
  leaseReplySchema,
  type LeaseReply,
  type LeaseRequest,
  leaseRequestSchema,
  LEASES_PATH,
} from "@onrush/shared/wire/leaseRenewal.ts";
import { zodProblems } from "@onrush/shared/scenario/problems.ts";
import { conflict } from "../http/httpProblem.ts";
import { route, type Route } from "../http/route.ts";

export interface Leases {
  /** Undefined while the controller can use the link itself: then that is the only one to ask. */
  renew(request: LeaseRequest): Promise<LeaseReply | undefined>;
}

export function leaseRoutes(leases: Leases): Route[] {
  return [
    route({
      method: "post",
      path: `/api/v1${LEASES_PATH}`,
      summary: "For workers: renew leases while Redis does not answer",
      tags: ["workers"],
      body: {
        schema: leaseRequestSchema,
        parse: (raw) => {
          const parsed = leaseRequestSchema.safeParse(raw);
          if (parsed.success) return { ok: true, value: parsed.data };
          return { ok: false, problems: zodProblems(parsed.error, raw) };
        },
      },
      responses: { 200: leaseReplySchema },
      handle: async ({ body }) => {
        const reply = await leases.renew(body);
        if (reply === undefined) throw conflict("Redis answers: leases are renewed there.");
        return { status: 200, body: reply };
      },
    }),
  ];
}
