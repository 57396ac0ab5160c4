import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { LiveMessage } from "@onrush/shared/api/secondView.ts";
import { type WebSocket, WebSocketServer } from "ws";
import { badRequest, HttpProblem, notFound, rawProblem } from "../http/httpProblem.ts";
import { checkRequest, isSameOrigin } from "../http/requestGuards.ts";
import type { Logger } from "../platform/logger.ts";
import type { Runs } from "../runs/runs.ts";
import { LiveClient } from "./liveClient.ts";
import { historyFrom } from "./liveHistory.ts";

export const LIVE_PATH = "/api/v1/live";

const PING_EVERY_MS = 30_000;
const MAX_BUFFERED_BYTES = 4_000_000;
/** Clients have nothing to say; what they send is discarded. */
const MAX_INCOMING_BYTES = 1_024;

export interface LiveHubOptions {
  runs: Runs;
  logger: Logger;
  allowsHost(host: string | undefined): boolean;
  /** What a failure that nobody foresaw comes from; undefined when everything around us answers. */
  outage(): Promise<HttpProblem | undefined>;
  onDropped?: () => void;
  maxBufferedBytes?: number;
  nowMs?: () => number;
}

interface Channel {
  clients: Set<LiveClient>;
  unwatch: () => void;
}

/** Streams runs to browsers: one watch per run, one serialisation per message. */
export class LiveHub {
  readonly #options: LiveHubOptions;
  readonly #channels = new Map<string, Channel>();
  readonly #upgrading = new Set<Duplex>();
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_INCOMING_BYTES,
    perMessageDeflate: false,
  });
  readonly #pings = setInterval(() => this.sweep(), PING_EVERY_MS).unref();
  #dropped = 0;
  #closed = false;

  constructor(options: LiveHubOptions) {
    this.#options = options;
  }

  attach(server: Server): void {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const refuse = (problem: HttpProblem) => socket.end(rawProblem(problem));
      socket.on("error", (err) => this.#options.logger.debug({ err }, "live socket broke"));
      this.#upgrading.add(socket);
      this.#upgrade(request, socket, head)
        .catch(async (error: unknown) => {
          if (error instanceof HttpProblem) return refuse(error);
          this.#options.logger.error({ err: error }, "live connection failed");
          const problem = await this.#options.outage();
          return refuse(problem ?? new HttpProblem(500, "Something went wrong; see the log."));
        })
        .finally(() => this.#upgrading.delete(socket));
    });
  }

  counts(): { connections: number; runs: number; dropped: number } {
    const { size } = this.#server.clients;
    return { connections: size, runs: this.#channels.size, dropped: this.#dropped };
  }

  /** Ends connections that did not answer the last ping, and pings the others. */
  sweep(): void {
    for (const { clients } of this.#channels.values()) {
      for (const client of clients) {
        if (!client.isAlive) client.socket.terminate();
        client.isAlive = false;
        if (client.socket.readyState === client.socket.OPEN) client.socket.ping();
      }
    }
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#pings);
    for (const socket of this.#upgrading) socket.destroy();
    for (const socket of this.#server.clients) {
      socket.close(1001, "the server stops");
      socket.terminate();
    }
    for (const channel of this.#channels.values()) channel.unwatch();
    this.#channels.clear();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const runId = this.#checkUpgrade(request);
    const run = await this.#options.runs.get(runId);
    if (run === undefined) throw notFound("run", runId);
    if (this.#closed || socket.destroyed) {
      socket.destroy();
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#join(webSocket, runId));
  }

  /** The run asked for; throws the problem with the request. */
  #checkUpgrade(request: IncomingMessage): string {
    checkRequest(request, this.#options.allowsHost);
    if (!isSameOrigin(request.headers)) {
      throw new HttpProblem(403, "Pages of other origins may not listen here.");
    }
    const [path, query] = (request.url ?? "").split("?", 2);
    if (path !== LIVE_PATH) throw new HttpProblem(404, `Live streams are at ${LIVE_PATH}.`);
    const runId = new URLSearchParams(query).get("runId");
    if (runId !== null && runId !== "") return runId;
    throw badRequest("The query is not valid.", [{ path: "runId", message: "needed (string)" }]);
  }

  #join(socket: WebSocket, runId: string): void {
    const { logger, maxBufferedBytes = MAX_BUFFERED_BYTES, onDropped } = this.#options;
    const client = new LiveClient(socket, maxBufferedBytes, () => {
      this.#dropped++;
      onDropped?.();
    });
    socket.on("error", (err) => logger.debug({ err }, "live connection broke"));
    socket.on("pong", () => (client.isAlive = true));
    socket.on("close", () => this.#leave(client, runId));
    this.#channelOf(runId).clients.add(client);
    this.#sendHistory(client, runId).catch((err: unknown) => {
      logger.error({ err, runId }, "cannot read the history of a run");
      socket.close(1011, "the history cannot be read");
    });
  }

  /** The client listens already, so nothing is missed while the history is read. */
  async #sendHistory(client: LiveClient, runId: string): Promise<void> {
    const { runs, nowMs = Date.now } = this.#options;
    const run = await runs.get(runId);
    const from = run === undefined ? 0 : historyFrom(run, nowMs());
    const seconds = await runs.seconds(runId, from, Number.MAX_SAFE_INTEGER);
    if (run === undefined || seconds === undefined) client.socket.close(1001, "the run is gone");
    else client.open({ run, seconds });
  }

  #channelOf(runId: string): Channel {
    const existing = this.#channels.get(runId);
    if (existing !== undefined) return existing;
    const clients = new Set<LiveClient>();
    const unwatch = this.#options.runs.watch(runId, (message: LiveMessage) => {
      const outgoing = { message, text: JSON.stringify(message) };
      for (const client of clients) client.take(outgoing);
    });
    const channel = { clients, unwatch };
    this.#channels.set(runId, channel);
    return channel;
  }

  #leave(client: LiveClient, runId: string): void {
    const channel = this.#channels.get(runId);
    if (channel === undefined) return;
    channel.clients.delete(client);
    if (channel.clients.size > 0) return;
    this.#channels.delete(runId);
    channel.unwatch();
  }
}
