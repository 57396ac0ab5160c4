import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "../answer.ts";
import { emptyAnswer, jsonAnswer, methodNotAllowed, problemAnswer, send } from "../answer.ts";
import { unixUs } from "../clock.ts";
import type { Address } from "../loadServer.ts";
import { startLoadServer } from "../loadServer.ts";
import type { RunningTarget } from "../target.ts";
import { ArrivalLog } from "./arrivalLog.ts";
import { ArrivalNumbers } from "./arrivalNumbers.ts";
import type { Behaviour, BehaviourCounts } from "./behaviours.ts";
import { ValueLog } from "./valueLog.ts";

export interface KnownOptions extends Address {
  behaviour: Behaviour;
  maxLogEntries: number;
}

/** What is counted since start or reset. Requests in flight over a reset stay with the old one. */
class Period implements BehaviourCounts {
  readonly startedAtUs = Math.round(unixUs());
  readonly log: ArrivalLog;
  /** How long each was held, µs from arrival to the moment its answer was handed to the system. */
  readonly holds: ValueLog;
  /** The numbers that clients gave their requests, as they came. */
  readonly givenNumbers: ValueLog;
  readonly numbers = new ArrivalNumbers();
  completed = 0;
  killed = 0;

  constructor(maxLogEntries: number) {
    this.log = new ArrivalLog(maxLogEntries);
    this.holds = new ValueLog(maxLogEntries);
    this.givenNumbers = new ValueLog(maxLogEntries);
  }

  answered(arrivalNumber: number, heldUs: number): void {
    this.completed += 1;
    this.holds.set(arrivalNumber, heldUs);
  }
}

/**
 * A server of known behaviour that keeps the exact time of every arrival. Any path and method is
 * an arrival, except the paths beginning with `/__`, which read and reset the log.
 */
export function startKnown(options: KnownOptions): Promise<RunningTarget> {
  const { behaviour, maxLogEntries } = options;
  let period = new Period(maxLogEntries);
  const reset = () => {
    period = new Period(maxLogEntries);
  };
  return startLoadServer("known", options, (request, response) => {
    const arrivedUs = unixUs();
    if (request.url?.startsWith("/__") === true) {
      control(request, response, period, reset);
      return;
    }
    const arrivalNumber = period.log.add(arrivedUs);
    const numberText = request.headers["x-arrival"];
    // Node gives an array for set-cookie alone.
    if (numberText !== undefined) {
      period.numbers.add(String(numberText));
      period.givenNumbers.set(arrivalNumber, Number(numberText));
    }
    // An answer belongs to the period its request came in.
    const own = period;
    response.on("finish", () => own.answered(arrivalNumber, unixUs() - arrivedUs));
    // A long body must not wait for the answer.
    if (request.method !== "GET") request.resume();
    behaviour(arrivalNumber, request, response, period);
  });
}

const PATHS = ["/__stats", "/__log", "/__holds", "/__numbers", "/__perSecond", "/__reset"];

function control(
  request: IncomingMessage,
  response: ServerResponse,
  period: Period,
  reset: () => void,
): void {
  const url = new URL(request.url ?? "", "http://known");
  const allowed = url.pathname === "/__reset" ? "POST" : "GET";
  if (!PATHS.includes(url.pathname)) {
    const paths = "Use /__stats, /__log, /__holds, /__numbers, /__perSecond?originUs= or /__reset.";
    send(response, problemAnswer(404, "Not Found", paths));
  } else if (request.method !== allowed) {
    send(response, methodNotAllowed(allowed));
  } else if (url.pathname === "/__log") {
    sendValues(response, period.log.toBytes());
  } else if (url.pathname === "/__holds") {
    sendValues(response, period.holds.toBytes(period.log.logged));
  } else if (url.pathname === "/__numbers") {
    sendValues(response, period.givenNumbers.toBytes(period.log.logged));
  } else if (url.pathname === "/__reset") {
    reset();
    send(response, emptyAnswer(204));
  } else {
    send(response, url.pathname === "/__stats" ? stats(period) : perSecond(period.log, url));
  }
}

function stats({ startedAtUs, log, numbers, completed, killed }: Period): Answer {
  return jsonAnswer(200, {
    received: log.received,
    completed,
    killed,
    logged: log.logged,
    droppedLogEntries: log.dropped,
    distinctNumbers: numbers.distinct,
    doubles: numbers.doubles,
    droppedNumbers: numbers.dropped,
    startedAtUs,
  });
}

function sendValues(response: ServerResponse, bytes: Buffer): void {
  response.writeHead(200, {
    "Content-Type": "application/octet-stream",
    "Content-Length": bytes.length,
  });
  response.end(bytes);
}

function perSecond(log: ArrivalLog, url: URL): Answer {
  const text = url.searchParams.get("originUs") ?? "";
  const originUs = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(originUs)) {
    const detail = "Give originUs, microseconds of the Unix clock; 0 counts by Unix second.";
    return problemAnswer(400, "Bad Request", detail);
  }
  return jsonAnswer(200, {
    originUs,
    ...log.perSecond(originUs),
    droppedLogEntries: log.dropped,
  });
}
