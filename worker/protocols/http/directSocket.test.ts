import { once } from "node:events";
import { type AddressInfo, connect, createServer, type OnReadOpts, type Socket } from "node:net";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { directWrite, readDirectly, streamWrite } from "./directSocket.ts";

const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Both ends of a connection, the near one perhaps reading into a buffer. */
async function pair(onread?: OnReadOpts): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const near = connect({ host: "127.0.0.1", port, ...(onread === undefined ? {} : { onread }) });
  const [[far]] = (await Promise.all([once(server, "connection"), once(near, "connect")])) as [
    [Socket],
    unknown,
  ];
  sockets.push(near, far);
  return { near, far };
}

async function readAll(far: Socket, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let read = 0;
  far.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    read += chunk.length;
    if (read >= length) far.emit("enough");
  });
  const enough = once(far, "enough");
  far.resume();
  await enough;
  return Buffer.concat(chunks);
}

const LARGE = 32 * 1_048_576;

test("this version of Node has the short way", () => {
  expect(directWrite).not.toBe(streamWrite);
});

describe.each([
  ["the stream", streamWrite],
  ["the handle", directWrite],
])("writing by %s", (_, write) => {
  test("what the kernel takes at once is written when the call returns", async () => {
    const { near, far } = await pair();
    const unexpected = () => expect.fail("nothing is left to be written");
    expect(write(near, Buffer.from("one "), unexpected)).toBe(true);
    expect(write(near, Buffer.from("two"), unexpected)).toBe(true);
    expect((await readAll(far, 7)).toString()).toBe("one two");
  });

  test("what it does not take is called back for, and comes in order", async () => {
    const { near, far } = await pair();
    const large = Buffer.alloc(LARGE, "0123456789");
    const written: string[] = [];
    expect(write(near, large, () => written.push("large"))).toBe(false);
    const last = new Promise<void>((resolve) => {
      expect(write(near, Buffer.from("end"), resolve)).toBe(false);
    });
    expect(written).toEqual([]);
    const received = await readAll(far, LARGE + 3);
    await last;
    expect(written).toEqual(["large"]);
    expect(received.subarray(0, LARGE).equals(large)).toBe(true);
    expect(received.subarray(LARGE).toString()).toBe("end");
  });

  test("a connection that is gone shows as an error of the socket", async () => {
    const { near, far } = await pair();
    const failed = once(near, "error") as Promise<[NodeJS.ErrnoException]>;
    far.resetAndDestroy();
    await once(far, "close");
    // Until the kernel says so writes are taken.
    const again = setInterval(() => write(near, Buffer.from("more"), () => {}), 5);
    onTestFinished(() => clearInterval(again));
    const [error] = await failed;
    expect(["ECONNRESET", "EPIPE"]).toContain(error.code);
  });

  test("a socket that is destroyed takes nothing and throws nothing", async () => {
    const { near } = await pair();
    near.on("error", () => {});
    near.destroy();
    expect(() => write(near, Buffer.from("late"), () => {})).not.toThrow();
  });
});

describe.each([
  ["by the stream", false],
  ["directly", true],
])("reading %s", (_, isDirect) => {
  test("gives all bytes in order, and then the end", async () => {
    const buffer = Buffer.alloc(1_000);
    const chunks: string[] = [];
    const read = (length: number) => {
      chunks.push(buffer.toString("latin1", 0, length));
      return true;
    };
    const { near, far } = await pair({ buffer, callback: read });
    if (isDirect) expect(readDirectly(near, read)).toBe(true);
    const sent = "0123456789".repeat(1_000);
    const ended = once(near, "end");
    const closed = once(near, "close");
    far.end(sent);
    await Promise.all([ended, closed]);
    expect(chunks.join("")).toBe(sent);
  });

  test("stops where the socket is destroyed in the middle of it", async () => {
    const buffer = Buffer.alloc(10);
    let reads = 0;
    const read = () => {
      reads++;
      near.destroy();
      return true;
    };
    const { near, far } = await pair({ buffer, callback: read });
    if (isDirect) readDirectly(near, read);
    const closed = once(near, "close");
    far.on("error", () => {});
    far.write("0123456789".repeat(100));
    await closed;
    expect(reads).toBe(1);
  });
});
