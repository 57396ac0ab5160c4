import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { onTestFinished } from "vitest";
import type { RunningTarget } from "./target.ts";

/** Stops the target when the test ends. */
export async function running<Target extends RunningTarget>(
  starting: Promise<Target>,
): Promise<Target> {
  const target = await starting;
  onTestFinished(() => target.stop());
  return target;
}

/** A connected plain socket, destroyed when the test ends. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  // A target that stops resets its connections; tests look at the close.
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Resolves when the connection is gone, however it went. */
export function closeOf(socket: Socket): Promise<void> {
  socket.resume();
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

/** Writes bytes as they are and returns all that comes until the other side closes. */
export async function exchangeRaw(port: number, bytes: string): Promise<string> {
  const socket = await openSocket(port);
  let received = "";
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => (received += text));
  socket.write(bytes);
  await closeOf(socket);
  return received;
}

export function statusesOf(rawResponses: string): number[] {
  return [...rawResponses.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
}

/** Asks again until the answer satisfies `isDone`: the target says when, not a clock. */
export async function until<Value>(
  ask: () => Promise<Value>,
  isDone: (value: Value) => boolean,
): Promise<Value> {
  for (;;) {
    const value = await ask();
    if (isDone(value)) return value;
  }
}
