import { runViewSchema } from "@onrush/shared/api/runView.ts";
import { HttpProblem } from "../http/httpProblem.ts";
import { route, type Route } from "../http/route.ts";
import { LIVE_PATH } from "./liveHub.ts";

/** Describes the stream, and tells plain HTTP requests to use WebSocket. */
export function liveRoutes(): Route[] {
  const { id: runId } = runViewSchema.shape;
  return [
    route({
      method: "get",
      path: LIVE_PATH,
      summary: "WebSocket: the history of a run, then every second, event and change of it",
      tags: ["live"],
      query: runViewSchema.pick({}).extend({ runId }).strict(),
      responses: { 101: null },
      problems: [403, 404, 426],
      handle: () => {
        const headers = { Upgrade: "websocket", Connection: "Upgrade" };
        throw new HttpProblem(426, "Connect with WebSocket.", [], headers);
      },
    }),
  ];
}
