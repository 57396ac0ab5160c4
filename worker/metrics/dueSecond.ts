import type { CheckCounts, Counts, DueDelta, GroupDue } from "@onrush/shared/metrics/delta.ts";
import { Histogram } from "@onrush/shared/metrics/histogram.ts";
import { type ConnectionPhases, type Phase, phases } from "@onrush/shared/metrics/phases.ts";
import { encodeReported } from "@onrush/shared/metrics/sparseHistogram.ts";

export type Outcome = "ok" | "failed" | "neutral" | "interrupted";

export function countUp(counts: Counts, name: string, by = 1): void {
  counts[name] = (counts[name] ?? 0) + by;
}

const STATUS_LIMIT = 1000;

const BLOCKED = phases.indexOf("blocked");
const DNS = phases.indexOf("dns");
const CONNECT = phases.indexOf("connect");
const TLS = phases.indexOf("tls");
const SENDING = phases.indexOf("sending");
const WAITING = phases.indexOf("waiting");
const RECEIVING = phases.indexOf("receiving");

/** A finished request as the recorder takes it. `sentUs` is -1 when it never left. */
export interface RequestResult {
  step: number;
  dueUs: number;
  beganUs: number;
  sentUs: number;
  /** -1 when the transport cannot tell, as the next. */
  writtenUs: number;
  firstByteUs: number;
  endUs: number;
  opened: ConnectionPhases | null;
  outcome: Outcome;
  status: number;
  error: string;
  /** One bit for each check of the step that held. */
  checksPassed: number;
  /** Which of the step's outcomes it has come to by name; -1 for none. */
  namedOutcome: number;
}

/** What is counted by name, by step: checks in the order of their bits, outcomes in their own. */
export interface CountedNames {
  checks: readonly (readonly string[])[];
  outcomes: readonly (readonly { name: string }[])[];
}

export const noNames: CountedNames = { checks: [], outcomes: [] };

/** Made as they are first needed: most connections are opened once, few transports see everything. */
class PhaseHistograms {
  readonly #histograms: (Histogram | undefined)[] = [];

  /** A request that was sent and has ended. */
  record({ beganUs, sentUs, writtenUs, firstByteUs, endUs, opened }: RequestResult): void {
    this.#at(BLOCKED).record(sentUs - beganUs);
    if (writtenUs >= 0) this.#at(SENDING).record(writtenUs - sentUs);
    if (firstByteUs >= 0) {
      this.#at(WAITING).record(firstByteUs - Math.max(sentUs, writtenUs));
      this.#at(RECEIVING).record(endUs - firstByteUs);
    }
    if (opened === null) return;
    if (opened.dnsUs >= 0) this.#at(DNS).record(opened.dnsUs);
    if (opened.connectUs >= 0) this.#at(CONNECT).record(opened.connectUs);
    if (opened.tlsUs >= 0) this.#at(TLS).record(opened.tlsUs);
  }

  encode(): Partial<Record<Phase, Uint8Array>> {
    const encoded: Partial<Record<Phase, Uint8Array>> = {};
    this.#histograms.forEach((histogram, index) => {
      const phase = phases[index];
      if (histogram === undefined || histogram.total === 0 || phase === undefined) return;
      encoded[phase] = encodeReported(histogram);
    });
    return encoded;
  }

  reset(): void {
    for (const histogram of this.#histograms) histogram?.reset();
  }

  #at(index: number): Histogram {
    return (this.#histograms[index] ??= new Histogram());
  }
}

class StepCounts {
  ok = 0;
  failed = 0;
  neutral = 0;
  interrupted = 0;
  readonly #checkNames: readonly string[];
  readonly #passed: Uint32Array;
  readonly #outcomes: readonly { name: string }[];
  readonly #named: Uint32Array;
  readonly statuses = new Uint32Array(STATUS_LIMIT);
  errors: Counts = {};
  readonly response = new Histogram();
  readonly service = new Histogram();
  readonly phases = new PhaseHistograms();

  constructor({ checks, outcomes }: CountedNames, step: number) {
    this.#checkNames = checks[step] ?? [];
    this.#passed = new Uint32Array(this.#checkNames.length);
    this.#outcomes = outcomes[step] ?? [];
    this.#named = new Uint32Array(this.#outcomes.length);
  }

  get touched(): boolean {
    return this.#judged + this.interrupted > 0;
  }

  get #judged(): number {
    return this.ok + this.failed + this.neutral;
  }

  record(result: RequestResult): void {
    this[result.outcome]++;
    if (result.outcome === "interrupted") return;
    const status = result.status;
    if (status > 0) this.statuses[status] = (this.statuses[status] as number) + 1;
    if (result.error !== "") countUp(this.errors, result.error);
    this.response.record(result.endUs - result.dueUs);
    for (let bits = result.checksPassed; bits !== 0; bits &= bits - 1) {
      const check = 31 - Math.clz32(bits & -bits);
      this.#passed[check] = (this.#passed[check] as number) + 1;
    }
    const { namedOutcome } = result;
    if (namedOutcome >= 0) this.#named[namedOutcome] = (this.#named[namedOutcome] as number) + 1;
    if (result.sentUs < 0) return;
    this.service.record(result.endUs - result.sentUs);
    this.phases.record(result);
  }

  /** Every request that was not interrupted counts to each check; one without an answer fails it. */
  checks(): CheckCounts {
    return Object.fromEntries(
      this.#checkNames.map((name, i) => {
        const passed = this.#passed[i] as number;
        return [name, { passed, failed: this.#judged - passed }];
      }),
    );
  }

  outcomes(): Counts {
    const counts: Counts = {};
    this.#outcomes.forEach(({ name }, i) => {
      const count = this.#named[i] as number;
      if (count > 0) countUp(counts, name, count);
    });
    return counts;
  }

  statusCodes(): Counts {
    const codes: Counts = {};
    for (let status = 0; status < STATUS_LIMIT; status++) {
      const count = this.statuses[status] as number;
      if (count > 0) codes[status] = count;
    }
    return codes;
  }

  reset(): void {
    this.ok = 0;
    this.failed = 0;
    this.neutral = 0;
    this.interrupted = 0;
    this.statuses.fill(0);
    this.#passed.fill(0);
    this.#named.fill(0);
    this.errors = {};
    this.response.reset();
    this.service.reset();
    this.phases.reset();
  }
}

class GroupCounts {
  ok = 0;
  failed = 0;
  readonly duration = new Histogram();

  record(failed: boolean, durationUs: number): void {
    if (failed) this.failed++;
    else this.ok++;
    this.duration.record(durationUs);
  }

  /** What was recorded since the last call, or undefined when nothing was. */
  take(group: number): GroupDue | undefined {
    const { ok, failed, duration } = this;
    if (ok + failed === 0) return undefined;
    const taken = { group, ok, failed, duration: encodeReported(duration) };
    this.ok = 0;
    this.failed = 0;
    duration.reset();
    return taken;
  }
}

/** Everything of one due second, dense: one array access per recorded value. */
export class DueSecond {
  second: number;
  #started = 0;
  #dropped: Counts = {};
  readonly #iterations = { ok: 0, failed: 0, neutral: 0, interrupted: 0 };
  readonly #duration = new Histogram();
  readonly #steps: (StepCounts | undefined)[] = [];
  readonly #groups: (GroupCounts | undefined)[] = [];
  readonly #names: CountedNames;
  #touched = false;

  constructor(second: number, names: CountedNames = noNames) {
    this.second = second;
    this.#names = names;
  }

  started(): void {
    this.#started++;
    this.#touched = true;
  }

  dropped(reason: string, count: number): void {
    countUp(this.#dropped, reason, count);
    this.#touched = true;
  }

  request(result: RequestResult): void {
    const step = (this.#steps[result.step] ??= new StepCounts(this.#names, result.step));
    step.record(result);
    this.#touched = true;
  }

  iteration(outcome: Outcome, durationUs: number): void {
    this.#iterations[outcome]++;
    if (outcome !== "interrupted") this.#duration.record(durationUs);
    this.#touched = true;
  }

  group(group: number, failed: boolean, durationUs: number): void {
    (this.#groups[group] ??= new GroupCounts()).record(failed, durationUs);
    this.#touched = true;
  }

  /** What was recorded since the last call, or undefined when nothing was. */
  take(): DueDelta | undefined {
    if (!this.#touched) return undefined;
    const steps: DueDelta["steps"] = [];
    this.#steps.forEach((step, index) => {
      if (step?.touched !== true) return;
      const { ok, failed, neutral, interrupted, errors } = step;
      steps.push({
        step: index,
        ...{ ok, failed, neutral, interrupted, errors },
        statusCodes: step.statusCodes(),
        outcomes: step.outcomes(),
        checks: step.checks(),
        response: encodeReported(step.response),
        service: encodeReported(step.service),
        phases: step.phases.encode(),
      });
      step.reset();
    });
    const delta: DueDelta = {
      second: this.second,
      started: this.#started,
      dropped: this.#dropped,
      ...this.#iterations,
      iterationDuration: encodeReported(this.#duration),
      steps,
    };
    const groups = this.#groups.flatMap((group, index) => group?.take(index) ?? []);
    if (groups.length > 0) delta.groups = groups;
    this.#started = 0;
    this.#dropped = {};
    Object.assign(this.#iterations, { ok: 0, failed: 0, neutral: 0, interrupted: 0 });
    this.#duration.reset();
    this.#touched = false;
    return delta;
  }
}
