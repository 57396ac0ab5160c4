import type { Socket } from "node:net";
import { getSystemErrorName } from "node:util";

/**
 * Writes bytes to a socket. True when the kernel has taken all of them at once; otherwise they are
 * read from until `written` is called. A socket that fails says so by its "error" event.
 */
export type SocketWrite = (socket: Socket, bytes: Uint8Array, written: () => void) => boolean;

const NOTHING = Buffer.alloc(0);

/** The way that every socket has. */
export const streamWrite: SocketWrite = (socket, bytes, written) => {
  socket.write(bytes);
  if (socket.writableLength === 0) return true;
  // An empty write calls back when those before it are done.
  socket.write(NOTHING, written);
  return false;
};

/** What a write that is not done at once is known by; `buffer` keeps its bytes alive. */
interface WriteRequest {
  buffer?: Uint8Array;
  oncomplete?: (status: number) => void;
}

/** The part of Node's stream handles that is needed here: not documented, so looked at first. */
interface StreamHandle {
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  onread(this: StreamHandle, memory: unknown): unknown;
}

interface StreamBinding {
  WriteWrap: new () => WriteRequest;
  streamBaseState: Int32Array;
  kLastWriteWasAsync: number;
  kReadBytesOrError: number;
}

function isStreamBinding(binding: unknown): binding is StreamBinding {
  if (typeof binding !== "object" || binding === null) return false;
  const { WriteWrap, streamBaseState, ...at } = binding as Partial<StreamBinding>;
  if (typeof WriteWrap !== "function" || !(streamBaseState instanceof Int32Array)) return false;
  const isIndex = (index: unknown) => streamBaseState[index as number] !== undefined;
  return isIndex(at.kLastWriteWasAsync) && isIndex(at.kReadBytesOrError);
}

function findBinding(): StreamBinding | undefined {
  const { binding } = process as { binding?: (name: string) => unknown };
  try {
    const found = binding?.call(process, "stream_wrap");
    return isStreamBinding(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function handleOf(socket: Socket): StreamHandle | undefined {
  const { _handle: handle } = socket as Socket & { _handle?: Partial<StreamHandle> | null };
  const isKnown = typeof handle?.writeBuffer === "function" && typeof handle.onread === "function";
  return isKnown ? (handle as StreamHandle) : undefined;
}

function systemError(status: number): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`write ${code}`), { code, errno: status, syscall: "write" });
}

/**
 * Straight to the socket's handle, as the stream would do it after half a microsecond of its own
 * work. What is written to a socket so must not be mixed with writes of the stream.
 */
function directWriter({ WriteWrap, ...binding }: StreamBinding): SocketWrite {
  const { streamBaseState, kLastWriteWasAsync } = binding;
  // Only a write that is not done at once keeps its request.
  let free = new WriteWrap();
  return (socket, bytes, written) => {
    const handle = handleOf(socket);
    if (handle === undefined) return streamWrite(socket, bytes, written);
    const request = free;
    const status = handle.writeBuffer(request, bytes);
    if (status !== 0) {
      socket.destroy(systemError(status));
      return false;
    }
    if (streamBaseState[kLastWriteWasAsync] === 0) return true;
    free = new WriteWrap();
    request.buffer = bytes;
    request.oncomplete = (result) => {
      if (result < 0) socket.destroy(systemError(result));
      else written();
    };
    return false;
  };
}

const binding = findBinding();

/**
 * From now on `read` is called with the length of what has come into the buffer that the socket was
 * made to read into, past the stream; ends and errors show on the socket as ever. False where that
 * cannot be had, and everything stays as it was.
 */
export function readDirectly(socket: Socket, read: (length: number) => void): boolean {
  const handle = handleOf(socket);
  if (binding === undefined || handle === undefined) return false;
  const { streamBaseState, kReadBytesOrError } = binding;
  const { onread } = handle;
  handle.onread = (memory) => {
    const length = streamBaseState[kReadBytesOrError] as number;
    if (length <= 0) return onread.call(handle, memory);
    read(length);
    return undefined;
  };
  return true;
}

/** For plain TCP sockets that nobody else writes to. Node's own stream where the short way is not there. */
export const directWrite: SocketWrite = binding === undefined ? streamWrite : directWriter(binding);
