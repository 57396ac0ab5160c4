/** What each word on screen means: its start point, its unit, how it is merged. */
export const terms = {
  responseTime:
    "From the moment a request was due by the schedule until its answer was complete. Waiting for a free connection, connecting and a stalled target all count, so nothing hides.",
  serviceTime:
    "From the moment a request was really sent until its answer was complete. Leaves out everything before sending; far below the response time means requests had to wait.",
  p50: "Half of all requests were faster. Percentiles come from merged histograms, never from averages of averages.",
  percentiles:
    "Of 100 requests, 50 were faster than p50, 95 faster than p95 and 99 faster than p99. They come from merged histograms, never from averages of averages.",
  p95: "95 of 100 requests were faster.",
  p99: "99 of 100 requests were faster.",
  rate: "Requests sent in a second of wall time, over all workers.",
  planned: "Arrivals the load profile schedules for this second, over all workers.",
  errorRate: "failed ÷ (ok + failed + neutral), in requests.",
  inFlight: "Iterations started and not yet finished; the highest of the second.",
  connections: "Open connections to the target; the highest of the second.",
  lateness:
    "How much later than due the generator dispatched. Its own delay, not the target's: above 5 ms it makes a run suspect.",
  validity:
    "Whether the numbers can be trusted, apart from whether they are good. VALID: the generator kept to its schedule. SUSPECT: read with care. INVALID: do not use.",
  sla: "Whether the target met the limits set in the scenario's sla lines. NONE: no limit was set.",
  ledger:
    "Every arrival of the schedule and every iteration of users is accounted for: it was started, dropped for a stated reason, or lost with its worker.",
  scheduled:
    "Arrivals the schedule contained for the time the run really lasted, iterations asked for, and iterations that users began.",
  started: "Iterations that were dispatched.",
  dropped: "Arrivals the generator did not dispatch, each for a counted reason.",
  lost: "Arrivals that were due on a worker that died, neither reported started nor dropped.",
  maybeSent:
    "The part of lost that may have reached the target: due between the worker's last heartbeat and the end of its lease.",
  requestsMaybeSent:
    "Requests that lost workers may have sent and nobody has counted: sent ≤ the target's count ≤ sent + these. Of iterations in flight the steps to come, of those that may have begun all steps; of users by their rate.",
  refusedReports:
    "Reports that came of an older epoch, of another worker, or after the end of a share: of a worker that was taken for dead, for example. They changed nothing.",
  ok: "Iterations in which no step failed and none was neutral.",
  failed: "Iterations in which a step failed: an error, a timeout, a bad status, a failed check.",
  neutral: "With an outcome that the scenario names as neither good nor bad.",
  checks:
    "passed ÷ (passed + failed). Every request that was not interrupted counts to each check of its step; one without an answer fails them all.",
  interrupted: "Iterations without an answer when the graceful stop ended.",
  watermark:
    "Every arrival of this share due up to this second is dispatched or dropped, and reported.",
  epoch: "How often the share was handed out; it rises when the share is lost.",
  share:
    "A part of the schedule, held by one worker; 0/1/0 is part 0 of what others took over from 0/1.",
  clockOffset:
    "The worker's clock against the common clock, with its error bound (half the best round trip).",
  startSkew:
    "How long after the common start instant, or its take-over, the share really began; between workers the difference is the start skew.",
  partial:
    "A second closed after 3 s without word from every worker; a later revision may fill it.",
  badSecond:
    "The generator itself was late, busy, paused, nearly out of ports or files, or dropped arrivals by its own fault: in these seconds the numbers tell of it as much as of the target.",
  users: "Virtual users: each begins its next iteration when its last one has ended.",
  iterations: "Passes through the steps. Of users: begun whenever one of them is ready.",
  phases:
    "What follows one another is stacked: blocked, sending, waiting, receiving. Opening a connection (dns, connect, tls) is drawn beside it: it happens once per connection, before a request or while it is blocked.",
  phaseShare:
    "This phase's part of the time that all requests took together. Opening connections has none: it happened before, or is part of blocked.",
  blocked: "From dispatch until the request had a connection, waiting for it to open included.",
  dns: "Looking up the target's address; once per connection.",
  connect: "Opening the TCP connection; once per connection.",
  tls: "The TLS handshake; once per connection.",
  sending: "From the first byte of the request written to its last.",
  waiting: "From the request's last byte sent until the first byte of its answer.",
  receiving: "From the answer's first byte to its last.",
  lag: "99th percentile of the event-loop delay of the engine threads.",
  cpu: "CPU of the engine threads over the cores they may use.",
  processCpu: "CPU of the whole worker process, in cores.",
  gc: "Garbage collection in the engine threads: milliseconds per second, and the longest pause.",
  ports:
    "Local ports left to the busiest destination, of the system's range. Each connection takes one.",
  files: "File descriptors left of the worker's limit (ulimit -n). Each connection takes one.",
  capacity:
    "Requests per second that onrush worker --calibrate measured here, against a minimal responder: an upper bound for any scenario.",
  namedOutcomes: "Answers by the names that the scenario gives them, of all that were answered.",
} as const;

export type TermId = keyof typeof terms;

/** Why an arrival was not dispatched. */
export const dropReasons: Record<string, string> = {
  inFlightLimit: "in-flight limit reached: the target answers too slowly for maxInFlight",
  queueExpired: "waited longer than maxDelay in the overload queue",
  late: "dispatched too late: the generator was overloaded",
  lease: "the worker had lost contact and was not allowed to send",
};

/** Why a second tells of the generator rather than of the target, by the kind of fault. */
export const faultNames: Record<string, string> = {
  lateness: "lateness p99 above 5 ms",
  cpu: "engine CPU above 90 %",
  gc: "a long GC pause",
  ports: "few local ports left",
  files: "few file descriptors left",
  dropped: "arrivals dropped by its own fault",
  clamped: "latencies beyond one hour",
};
