import type { StartOptions } from "../target.ts";
import { running } from "../testClient.ts";
import { knownTarget } from "./knownTarget.ts";

export interface Stats {
  received: number;
  completed: number;
  killed: number;
  logged: number;
  droppedLogEntries: number;
  distinctNumbers: number;
  doubles: number;
  droppedNumbers: number;
  startedAtUs: number;
}

export const start = (options: StartOptions = {}) =>
  running(knownTarget.start({ port: 0, ...options }));

export async function json<Body>(url: string): Promise<Body> {
  return (await (await fetch(url)).json()) as Body;
}

export async function logOf(url: string): Promise<Float64Array> {
  return new Float64Array(await (await fetch(`${url}/__log`)).arrayBuffer());
}

export const get = (path: string, close = false) =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\n${close ? "Connection: close\r\n" : ""}\r\n`;
