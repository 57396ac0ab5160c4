import { exchangeBytes, type Endpoint } from "./exchangeBytes.ts";

const HEADER_BYTES = 16;
const OP_MSG = 2013;
const REQUEST_ID = 1;

/** Resolves when the server answers the wire protocol's `hello`; rejects when it speaks something else. */
export async function helloMongo(endpoint: Endpoint): Promise<void> {
  const reply = await exchangeBytes(endpoint, helloMessage(), isWhole);
  const answersUs = reply.readInt32LE(8) === REQUEST_ID && reply.readInt32LE(12) === OP_MSG;
  if (answersUs && reply.includes("maxWireVersion")) return;
  throw new Error(`${endpoint.host}:${endpoint.port} does not speak MongoDB's wire protocol`);
}

/**
 * The first host of a `mongodb:` URL; undefined for `mongodb+srv:`, whose hosts only DNS knows.
 * Throws on what is no MongoDB URL.
 */
export function parseMongoUrl(text: string): Endpoint | undefined {
  if (text.startsWith("mongodb+srv://")) return undefined;
  const match = /^mongodb:\/\/(?:[^@/]*@)?(?:\[([^\]]+)\]|([^:,/?]+))(?::(\d+))?/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) throw new Error("expected mongodb://host[:port]");
  const tls = /[?&](?:tls|ssl)=true/.test(text);
  return { host, port: Number(match?.[3] ?? 27017), tls };
}

/** OP_MSG with one body section holding the BSON document `{hello: 1, $db: "admin"}`. */
function helloMessage(): Buffer {
  const fields = Buffer.concat([
    Buffer.from("\x10hello\0"),
    int32(1),
    Buffer.from("\x02$db\0"),
    int32("admin\0".length),
    Buffer.from("admin\0"),
  ]);
  const document = Buffer.concat([int32(4 + fields.length + 1), fields, Buffer.from([0])]);
  const flagsAndKind = Buffer.alloc(5);
  const length = HEADER_BYTES + flagsAndKind.length + document.length;
  const header = [length, REQUEST_ID, 0, OP_MSG].map(int32);
  return Buffer.concat([...header, flagsAndKind, document]);
}

function isWhole(received: Buffer): boolean {
  return received.length >= HEADER_BYTES && received.length >= received.readInt32LE(0);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
