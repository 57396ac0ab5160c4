import type { Context } from "./context.ts";
import { countedRun } from "./countedRun.ts";
import type { GroupResult, Sample } from "./figures.ts";
import { closedRound, plainStep } from "./onrush/onrushRound.ts";
import type { Peer } from "./peers/peer.ts";
import { peers } from "./peers/peers.ts";
import { alternate } from "./rounds.ts";

const CONNECTIONS = 64;

async function peerRound(context: Context, peer: Peer, program: string): Promise<Sample> {
  const { target, seconds, folder } = context;
  const load = { url: target.url, connections: CONNECTIONS, seconds, folder };
  const ran = await countedRun(context, peer.command(program, load));
  const { requests, seconds: took, failed, p50Ms, p99Ms } = peer.parse(ran.output);
  return {
    requestsPerSecond: requests / took,
    cpuUsPerRequest: (ran.cpuSeconds * 1e6) / requests,
    generatorCpu: ran.cpuSeconds / took,
    ...(ran.targetCpuSeconds === null ? {} : { targetCpu: ran.targetCpuSeconds / took }),
    ...(ran.othersCpu === null ? {} : { othersCpu: ran.othersCpu }),
    ...(p50Ms === null ? {} : { p50Ms }),
    ...(p99Ms === null ? {} : { p99Ms }),
    failed,
  };
}

/** As fast as each can: 64 connections, each with its next request as soon as the last one ends. */
export async function closedGroup(context: Context): Promise<GroupResult> {
  const notes: string[] = [];
  const step = plainStep(context.target.url);
  const onrush = { name: "onrush", round: () => closedRound(context, step, CONNECTIONS) };
  const others = peers.flatMap((peer) => {
    const program = peer.find();
    if (program !== undefined) {
      return [{ name: peer.name, round: () => peerRound(context, peer, program) }];
    }
    notes.push(`${peer.name} was not found`);
    return [];
  });
  notes.push(
    "Onrush's figures begin after a second of the same load, its peers' with their process: they are compiled, it is compiled while it runs, and a load test runs for minutes",
  );
  return {
    name: "closed",
    title: `Closed loop, ${CONNECTIONS} connections`,
    columns: [
      ...(["requestsPerSecond", "cpuUsPerRequest", "p50Ms", "p99Ms"] as const),
      ...(["generatorCpu", "targetCpu", "othersCpu", "failed"] as const),
    ],
    contenders: await alternate([onrush, ...others], context.rounds, context.tell),
    notes,
  };
}
