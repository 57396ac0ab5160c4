import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { startPrivateRedis } from "@onrush/e2e/services/redisServer.ts";
import { type GroupResult, type Sample, summarise } from "./figures.ts";
import { type Intake, type IntakeJob, STEPS, VALUES } from "./intake/job.ts";
import { runCounted } from "./programs.ts";

/** Started by then: both processes have read their code. */
const LEAD_MS = 4_000;
const WARM_UP_SECONDS = 5;
const END_WITHIN_MS = 60_000;
const LEAST_SECONDS = 10;

/** Of those that a limit is about, or that are compared with them. */
const ROUNDS = 3;

const cases = [
  { name: "1,000 workers", workers: 1_000, lateAnswers: false, rounds: ROUNDS },
  { name: "1,000 workers, late answers", workers: 1_000, lateAnswers: true, rounds: ROUNDS },
  { name: "3,000 workers", workers: 3_000, lateAnswers: false, rounds: 1 },
  { name: "10,000 workers", workers: 10_000, lateAnswers: false, rounds: 1 },
] as const;
type Case = (typeof cases)[number];

const programOf = (name: string) => fileURLToPath(new URL(`intake/${name}.ts`, import.meta.url));
const run = (name: string, job: IntakeJob) =>
  runCounted(
    [process.execPath, programOf(name), JSON.stringify(job)],
    LEAD_MS + job.seconds * 1000 + END_WITHIN_MS,
  );

async function receive(
  redisUrl: string,
  { workers, lateAnswers }: Case,
  seconds: number,
): Promise<Intake> {
  const job: IntakeJob = {
    ...{ redisUrl, workers, lateAnswers, warmUpSeconds: WARM_UP_SECONDS },
    prefix: `onrush-bench-${randomUUID()}`,
    runId: "intake",
    seconds: WARM_UP_SECONDS + seconds,
    startAtMs: Date.now() + LEAD_MS,
  };
  const [receiver] = await Promise.all([run("receiver", job), run("sender", job)]);
  return JSON.parse(receiver.output) as Intake;
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(0.99 * sorted.length) - 1)] ?? 0;
}

function sampleOf(intake: Intake, workers: number, seconds: number): Sample {
  const { residentMbs, messages, refused, partial } = intake;
  const fifth = Math.max(1, Math.floor(residentMbs.length / 5));
  const early = mean(residentMbs.slice(0, fifth));
  const late = mean(residentMbs.slice(-fifth));
  return {
    messagesPerSecond: messages / seconds,
    generatorCpu: intake.cpu,
    cpuUsPerMessage: (intake.cpu * 1e6 * seconds) / Math.max(1, messages),
    publishP99Ms: p99(intake.delaysMs),
    intakeP99Ms: p99(intake.ownDelaysMs),
    residentMb: Math.max(0, ...residentMbs),
    growthPercent: (100 * (late - early)) / early,
    partialSeconds: partial,
    // Of those of the last second some may come after it is published.
    unaccounted: refused + Math.max(0, workers * (seconds - 1) - messages),
  };
}

/**
 * What a controller needs to take in the reports of many workers: from the stream in Redis through
 * decoding, checking, merging, closing and viewing to the stored minute. Workers are simulated by
 * another process; nothing is pinned, as Redis, sender and intake are three.
 */
export async function intakeGroup(options: {
  seconds: number;
  tell(text: string): void;
}): Promise<GroupResult> {
  const seconds = Math.max(LEAST_SECONDS, 2 * options.seconds);
  const given = process.env["REDIS_URL"] || undefined;
  const own = given === undefined ? await startPrivateRedis() : undefined;
  if (own?.available === false) throw new Error(`no Redis: ${own.reason}`);
  const url = given ?? own?.url ?? "";
  const contenders = [];
  const notes: string[] = [];
  try {
    for (const one of cases) {
      const { name, workers, rounds } = one;
      const samples: Sample[] = [];
      let stages: string[] = [];
      for (let round = 1; round <= rounds; round++) {
        options.tell(`round ${round}/${rounds}: intake of ${name}`);
        const intake = await receive(url, one, seconds);
        samples.push(sampleOf(intake, workers, seconds));
        stages = Object.entries(intake.stagesUs).map(([k, us]) => `${k} ${us.toFixed(0)}`);
      }
      contenders.push(summarise(name, samples));
      notes.push(`${name}, µs per message as the clock goes: ${stages.join(", ")}`);
    }
  } finally {
    await own?.stop();
  }
  return {
    name: "intake",
    title: `Intake of ${STEPS} steps × 3 histograms × ${VALUES.toLocaleString("en")} values per worker and second, through Redis`,
    columns: [
      ...(["messagesPerSecond", "generatorCpu", "cpuUsPerMessage", "publishP99Ms"] as const),
      ...(["intakeP99Ms", "residentMb", "growthPercent", "partialSeconds", "unaccounted"] as const),
    ],
    contenders,
    notes: [
      ...notes,
      "own CPU is the whole process, its other threads included, as a share of one core; workers report within 0.3 s of a second's end",
      "late answers: each report has those of the second before besides, 40 values in as many histograms again, and every second is corrected",
      "published: from the end of a second; own part: from the last of its reports in Redis",
    ],
  };
}
