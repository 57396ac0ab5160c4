import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { startPrivateRedis } from "@onrush/e2e/services/redisServer.ts";
import { type GroupResult, type Sample, summarise } from "./figures.ts";
import { type Intake, type IntakeJob, STEPS, VALUES } from "./intake/job.ts";
import { growthPercent } from "./memoryGrowth.ts";
import { wholeRun } from "./intake/wholeRun.ts";
import { runCounted } from "./programs.ts";
import { percentile } from "./statistics.ts";

/** Started by then: both processes have read their code. */
const LEAD_MS = 4_000;
const WARM_UP_SECONDS = 5;
/** Seconds stay in memory for one to two minutes. */
const FILLED_SECONDS = 125;
const LONG_SECONDS = 180;
/** Simulating more of them takes more than one core. */
const WHOLE_WORKERS = 200;
const END_WITHIN_MS = 60_000;
const LEAST_SECONDS = 10;

/** Of those that a limit is about, or that are compared with them. */
const ROUNDS = 3;

interface Case {
  name: string;
  workers: number;
  lateAnswers: boolean;
  rounds: number;
  warmUpSeconds: number;
  seconds: number;
}

function casesOf(seconds: number): Case[] {
  const plain = { lateAnswers: false, rounds: 1, warmUpSeconds: WARM_UP_SECONDS, seconds };
  const thousand = { ...plain, workers: 1_000 };
  const long = { warmUpSeconds: FILLED_SECONDS, seconds: LONG_SECONDS };
  return [
    { ...thousand, name: "1,000 workers", rounds: ROUNDS },
    { ...thousand, name: "1,000 workers, late answers", lateAnswers: true, rounds: ROUNDS },
    { ...thousand, name: "1,000 workers, five minutes", ...long },
    { ...plain, name: "3,000 workers", workers: 3_000 },
    { ...plain, name: "10,000 workers", workers: 10_000 },
  ];
}

const programOf = (name: string) => fileURLToPath(new URL(`intake/${name}.ts`, import.meta.url));
const run = (name: string, job: IntakeJob) =>
  runCounted(
    [process.execPath, programOf(name), JSON.stringify(job)],
    LEAD_MS + job.seconds * 1000 + END_WITHIN_MS,
  );

async function receive(redisUrl: string, one: Case): Promise<Intake> {
  const { workers, lateAnswers, warmUpSeconds, seconds } = one;
  const job: IntakeJob = {
    ...{ redisUrl, workers, lateAnswers, warmUpSeconds },
    prefix: `onrush-bench-${randomUUID()}`,
    runId: "intake",
    seconds: warmUpSeconds + seconds,
    startAtMs: Date.now() + LEAD_MS,
  };
  const [receiver] = await Promise.all([run("receiver", job), run("sender", job)]);
  return JSON.parse(receiver.output) as Intake;
}

function sampleOf(intake: Intake, { workers, seconds }: Case): Sample {
  const { residentMbs, messages, refused, partial } = intake;
  const growth = growthPercent(residentMbs);
  return {
    messagesPerSecond: messages / seconds,
    generatorCpu: intake.cpu,
    cpuUsPerMessage: (intake.cpu * 1e6 * seconds) / Math.max(1, messages),
    publishP99Ms: percentile(intake.delaysMs, 0.99),
    intakeP99Ms: percentile(intake.ownDelaysMs, 0.99),
    residentMb: Math.max(0, ...residentMbs),
    ...(growth === undefined ? {} : { growthPercent: growth }),
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
  const cases = casesOf(Math.max(LEAST_SECONDS, 2 * options.seconds));
  const given = process.env["REDIS_URL"] || undefined;
  const own = given === undefined ? await startPrivateRedis() : undefined;
  if (own?.available === false) throw new Error(`no Redis: ${own.reason}`);
  const url = given ?? own?.url ?? "";
  const contenders = [];
  const notes: string[] = [];
  try {
    for (const one of cases) {
      const { name, rounds } = one;
      const samples: Sample[] = [];
      let stages: string[] = [];
      for (let round = 1; round <= rounds; round++) {
        options.tell(`round ${round}/${rounds}: intake of ${name}`);
        const intake = await receive(url, one);
        samples.push(sampleOf(intake, one));
        stages = Object.entries(intake.stagesUs).map(([k, us]) => `${k} ${us.toFixed(0)}`);
      }
      contenders.push(summarise(name, samples));
      notes.push(`${name}, µs per message as the clock goes: ${stages.join(", ")}`);
    }
    const samples: Sample[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      options.tell(`round ${round}/${ROUNDS}: a whole run of ${WHOLE_WORKERS} workers`);
      samples.push(await wholeRun(url, WHOLE_WORKERS, cases[0]?.seconds ?? LEAST_SECONDS));
    }
    contenders.push(summarise(`${WHOLE_WORKERS} workers, whole run`, samples));
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
      "five minutes: measured in the last three, when seconds leave memory as fast as they come; growth is from the first of these minutes to the last",
      "late answers: each report has those of the second before besides, 40 values in as many histograms again, and every second is corrected",
      "whole run: all that a controller does, with its store and a viewer, for workers that accept, get ready and send heartbeats as they do; only their load is simulated",
      "published: from the end of a second; own part: from the last of its reports in Redis",
    ],
  };
}
