/**
 * The outcome of `pending`, or a rejection as soon as `closing` is aborted. Needed because ioredis
 * never settles commands that wait for a reconnection when it is told to disconnect between two tries.
 */
export async function orClosed<T>(pending: Promise<T>, closing: AbortSignal): Promise<T> {
  const { promise: closed, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new Error("the link is closed"));
  closing.addEventListener("abort", onAbort);
  if (closing.aborted) onAbort();
  try {
    return await Promise.race([pending, closed]);
  } finally {
    closing.removeEventListener("abort", onAbort);
  }
}
