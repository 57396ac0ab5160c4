import { exchangeBytes, type Endpoint } from "./exchangeBytes.ts";

export type RedisLogin = { readonly username: string; readonly password: string };

/** Resolves when the server answers PING with PONG; rejects with what it said instead. */
export async function pingRedis(endpoint: Endpoint, login?: RedisLogin): Promise<void> {
  const commands = login === undefined ? [["PING"]] : [authCommand(login), ["PING"]];
  const request = Buffer.from(commands.map(encodeCommand).join(""));
  const received = await exchangeBytes(endpoint, request, (bytes) =>
    hasLines(bytes, commands.length),
  );
  const lines = received.toString().split("\r\n");
  if (lines[commands.length - 1] === "+PONG") return;
  throw new Error(`${endpoint.host}:${endpoint.port} answered PING with ${lines[0] ?? "nothing"}`);
}

/** As `pingRedis`, and rejects when the answering process is not `pid`: a port may have been somebody else's. */
export async function pingOwnRedis(port: number, pid: number): Promise<void> {
  const endpoint = { host: "127.0.0.1", port, tls: false };
  await pingRedis(endpoint);
  const idLine = /^process_id:(\d+)\r$/m;
  const request = Buffer.from(encodeCommand(["INFO", "server"]));
  const info = await exchangeBytes(endpoint, request, (bytes) => idLine.test(bytes.toString()));
  if (Number(idLine.exec(info.toString())?.[1]) === pid) return;
  throw new Error(`port ${port} belongs to another Redis`);
}

export type RedisAddress = { readonly endpoint: Endpoint; readonly login?: RedisLogin };

/** Throws on what is no `redis:` or `rediss:` URL. */
export function parseRedisUrl(text: string): RedisAddress {
  const url = new URL(text);
  if (url.protocol !== "redis:" && url.protocol !== "rediss:") {
    throw new Error(`expected redis: or rediss:, got ${url.protocol}`);
  }
  const port = url.port === "" ? 6379 : Number(url.port);
  const endpoint = {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port,
    tls: url.protocol === "rediss:",
  };
  if (url.password === "") return { endpoint };
  const username = decodeURIComponent(url.username);
  return { endpoint, login: { username, password: decodeURIComponent(url.password) } };
}

function authCommand({ username, password }: RedisLogin): string[] {
  return username === "" ? ["AUTH", password] : ["AUTH", username, password];
}

function encodeCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}

function hasLines(bytes: Buffer, count: number): boolean {
  return bytes.toString().split("\r\n").length > count;
}
