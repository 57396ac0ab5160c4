import { type LiveMessage, liveMessageSchema } from "@onrush/shared/api/secondView.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import { API } from "../api/client.ts";
import { backoffMs } from "./backoff.ts";
import { applyMessages, emptyRun, type LiveRun } from "./runState.ts";

export type LinkState = "connecting" | "open" | "reconnecting" | "done";
export interface LiveSnapshot extends LiveRun {
  link: LinkState;
  /** Messages that did not match the contract; shown, so that nothing is missing silently. */
  refused: number;
}

/** Charts are drawn at most this often, however many messages come. */
const TICK_MS = 1_000;
/** A second and the run's state come close together: wait for both. */
const GATHER_MS = 60;

const initial: LiveSnapshot = { ...emptyRun, link: "connecting", refused: 0 };

function liveUrl(runId: string): string {
  const url = new URL(`${API}/live`, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("runId", runId);
  return url.href;
}

/**
 * The live stream of one run as a store for useSyncExternalStore. It connects while somebody
 * listens, reconnects with backoff, and publishes at most one snapshot per second.
 */
export class LiveConnection {
  private snapshot = initial;
  private readonly listeners = new Set<() => void>();
  private pending: LiveMessage[] = [];
  private refused = 0;
  private link: LinkState = "connecting";
  private attempt = 0;
  private lastTickMs = 0;
  private socket: WebSocket | undefined;
  private tickTimer: number | undefined;
  private retryTimer: number | undefined;
  private readonly runId: string;

  constructor(runId: string) {
    this.runId = runId;
  }

  readonly getSnapshot = (): LiveSnapshot => this.snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.connect();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.disconnect();
    };
  };

  private connect(): void {
    const socket = new WebSocket(liveUrl(this.runId));
    this.socket = socket;
    socket.addEventListener("open", () => this.setLink("open"));
    socket.addEventListener("message", (event) => this.receive(event.data));
    // A failed connection fires error and then close; close alone decides.
    socket.addEventListener("close", () => {
      if (this.socket === socket) this.retry();
    });
  }

  private disconnect(): void {
    const socket = this.socket;
    this.socket = undefined;
    window.clearTimeout(this.retryTimer);
    window.clearTimeout(this.tickTimer);
    this.tickTimer = undefined;
    socket?.close();
  }

  private retry(): void {
    const { run } = applyMessages(this.snapshot, this.pending);
    if (run !== undefined && hasEnded(run.state)) {
      this.link = "done";
      this.tick();
      return;
    }
    this.setLink("reconnecting");
    const waitMs = backoffMs(this.attempt, Math.random());
    this.attempt++;
    this.retryTimer = window.setTimeout(() => this.connect(), waitMs);
  }

  private receive(data: unknown): void {
    const message = parseMessage(data);
    if (message === undefined) {
      this.refused++;
    } else {
      // Only a stream that really speaks resets the backoff.
      this.attempt = 0;
      this.pending.push(message);
    }
    this.scheduleTick(message?.type === "history");
  }

  private scheduleTick(atOnce: boolean): void {
    if (atOnce) {
      this.tick();
      return;
    }
    if (this.tickTimer !== undefined) return;
    const waitMs = Math.max(GATHER_MS, this.lastTickMs + TICK_MS - performance.now());
    this.tickTimer = window.setTimeout(() => this.tick(), waitMs);
  }

  private tick(): void {
    window.clearTimeout(this.tickTimer);
    this.tickTimer = undefined;
    this.lastTickMs = performance.now();
    const messages = this.pending;
    this.pending = [];
    this.publish(applyMessages(this.snapshot, messages));
  }

  private setLink(link: LinkState): void {
    this.link = link;
    this.publish(this.snapshot);
  }

  private publish({ run, seconds }: LiveRun): void {
    this.snapshot = { run, seconds, link: this.link, refused: this.refused };
    for (const listener of this.listeners) listener();
  }
}

function parseMessage(data: unknown): LiveMessage | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const parsed = liveMessageSchema.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
