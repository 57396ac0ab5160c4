import { type Answer, compileExtraction } from "@onrush/shared/condition/evaluate.ts";
import { checkOf, sourceOf } from "@onrush/shared/condition/stepChecks.ts";
import type { Source } from "@onrush/shared/condition/parseCondition.ts";
import type { Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import type { TrialHop } from "@onrush/shared/trial/trialEvents.ts";
import type { Operation } from "../engine/operation.ts";
import type { Slot } from "../engine/slot.ts";
import type { HttpRequest, HttpTransport, SentRequest } from "../protocols/http/httpRequest.ts";
import {
  CONTENT_ENCODING,
  type Inspection,
  type ResponseCapture,
} from "../protocols/http/responseCapture.ts";
import type { ProgramWatch } from "../steps/compileSteps.ts";
import { MAX_BODY_BYTES } from "../steps/inspectAnswer.ts";
import type { StepLanguage } from "../steps/stepLanguage.ts";
import { SecretValues } from "./secretValues.ts";
import { noteSecrets, shownBody, shownHeaders } from "./shownMessages.ts";

interface WatchedAnswer {
  status: number;
  headers: [string, string][];
  bytes: Uint8Array;
  size: number;
}

/** What was seen of one hop, before anything is hidden. */
interface Hop {
  request: HttpRequest;
  sent: SentRequest | null;
  answer: WatchedAnswer | null;
  error: string;
  timings: Pick<TrialHop, "connectMs" | "waitingMs" | "totalMs">;
}

/** What was seen of one request of a step. */
export interface Seen {
  hops: Hop[];
  /** By the names of checks and variables: what the last answer had. */
  found: Map<string, string | null>;
  extracted: Map<string, string | null>;
}

const ms = (us: number) => Math.round(us) / 1_000;

function timingsOf(slot: Slot): Hop["timings"] {
  const { opened, sentUs, writtenUs, firstByteUs, endUs } = slot;
  const opening = opened === null ? [] : [opened.dnsUs, opened.connectUs, opened.tlsUs];
  const sum = opening.reduce((total, us) => total + Math.max(0, us), 0);
  return {
    connectMs: opened === null ? null : ms(sum),
    waitingMs: firstByteUs < 0 || sentUs < 0 ? null : ms(firstByteUs - Math.max(sentUs, writtenUs)),
    totalMs: sentUs < 0 ? null : ms(endUs - sentUs),
  };
}

function foundAt(source: Source, answer: Answer): string | null {
  const value = compileExtraction(source)(answer) ?? null;
  return source.kind === "latency" && value !== null ? `${ms(Number(value))} ms` : value;
}

/** Sees what a program sends and is answered, and keeps it for each step until it is told. */
export class WireWatch implements ProgramWatch {
  readonly #steps: readonly Step[];
  readonly #secretTexts: readonly string[];
  readonly #seen = new Map<Slot, Seen>();
  #secrets: SecretValues | undefined;

  constructor(steps: readonly Step[], secretTexts: readonly string[]) {
    this.#steps = steps;
    this.#secretTexts = secretTexts;
  }

  get secrets(): SecretValues {
    if (this.#secrets === undefined) throw new RangeError("nothing is compiled yet");
    return this.#secrets;
  }

  readonly sent = (slot: Slot, sent: SentRequest): void => {
    const hop = this.#of(slot).hops.at(-1);
    if (hop !== undefined) hop.sent = sent;
  };

  compiled(language: StepLanguage): void {
    this.#secrets = new SecretValues(this.#secretTexts, language.environment);
  }

  over(transport: HttpTransport): HttpTransport {
    return {
      get connections() {
        return transport.connections;
      },
      operation: (request) => this.#watched(transport, request),
      warmUp: (connections) => transport.warmUp(connections),
      leave: (slot) => transport.leave(slot),
      close: () => transport.close(),
    };
  }

  /** What was seen since it was asked for last. */
  take(slot: Slot): Seen {
    const seen = this.#of(slot);
    this.#seen.delete(slot);
    this.secrets.render(slot);
    for (const { sent, answer } of seen.hops) {
      noteSecrets(sent?.headers ?? [], this.secrets);
      noteSecrets(answer?.headers ?? [], this.secrets);
    }
    return seen;
  }

  /** A hop as it may be shown. */
  shown({ request, sent, answer, error, timings }: Hop): TrialHop {
    const { secrets } = this;
    const { origin } = new URL(request.url);
    const url = sent === null || /^https?:/.test(sent.target) ? undefined : origin + sent.target;
    return {
      method: sent?.method ?? request.method,
      url: secrets.mask(url ?? sent?.target ?? request.url),
      sent: sent && {
        headers: shownHeaders(sent.headers, secrets),
        body: shownBody(sent.body, sent.body.length, sent.headers, secrets),
      },
      answer: answer && {
        status: answer.status,
        headers: shownHeaders(answer.headers, secrets),
        body: shownBody(answer.bytes, answer.size, answer.headers, secrets),
      },
      ...{ error, ...timings },
    };
  }

  #of(slot: Slot): Seen {
    const known = this.#seen.get(slot);
    if (known !== undefined) return known;
    const seen: Seen = { hops: [], found: new Map(), extracted: new Map() };
    this.#seen.set(slot, seen);
    return seen;
  }

  #watched(transport: HttpTransport, request: HttpRequest): Operation {
    const inspection = this.#inspection(request.inspection ?? null);
    const operation = transport.operation({ ...request, inspection });
    return {
      perform: (slot, done) => {
        const timings = { connectMs: null, waitingMs: null, totalMs: null };
        const hop: Hop = { request, sent: null, answer: null, error: "", timings };
        this.#of(slot).hops.push(hop);
        operation.perform(slot, (ended) => {
          hop.timings = timingsOf(ended);
          hop.error = ended.error;
          done(ended);
        });
      },
    };
  }

  #inspection(own: Inspection | null): Inspection {
    const wants = own?.wants ?? { bodyLimit: 0, headers: [] };
    return {
      wants: {
        ...wants,
        headers: [...new Set([...wants.headers, CONTENT_ENCODING])],
        watchedBytes: MAX_BODY_BYTES,
      },
      inspect: (slot, answer) => {
        own?.inspect(slot, answer);
        this.#answered(slot, answer);
      },
    };
  }

  #answered(slot: Slot, answer: ResponseCapture): void {
    const seen = this.#of(slot);
    const hop = seen.hops.at(-1);
    if (hop === undefined) return;
    const { status } = slot;
    const headers = [...answer.allHeaders];
    hop.answer = { status, headers, bytes: answer.body().slice(), size: answer.size };
    const step = this.#steps[slot.operation];
    // Where a redirect is followed nobody looks at this answer.
    if (step === undefined || slot.location !== "") return;
    for (const { name, condition } of (step.checks ?? []).map(checkOf)) {
      seen.found.set(name, foundAt(condition.source, answer));
    }
    for (const [name, text] of Object.entries(step.extract ?? {})) {
      seen.extracted.set(name, foundAt(sourceOf(text), answer));
    }
  }
}
