/**
 * A binary frame: 4 bytes little-endian length of a JSON header, the header, then raw bytes. In
 * the header `{"$bytes":[from,length]}` stands for a Uint8Array, so any tree of plain values with
 * byte arrays in it can be sent or stored without base64.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const LENGTH_BYTES = 4;

export function encodeFrame(value: unknown): Uint8Array {
  const blobs: Uint8Array[] = [];
  let blobBytes = 0;
  const header = encoder.encode(
    JSON.stringify(value, function replace(this: Record<string, unknown>, key, shown: unknown) {
      // A Buffer shows itself as something else (its toJSON), so the value itself is looked at.
      const item = this[key];
      if (!(item instanceof Uint8Array)) return shown;
      const reference = { $bytes: [blobBytes, item.length] };
      blobs.push(item);
      blobBytes += item.length;
      return reference;
    }),
  );
  const frame = new Uint8Array(LENGTH_BYTES + header.length + blobBytes);
  new DataView(frame.buffer).setUint32(0, header.length, true);
  frame.set(header, LENGTH_BYTES);
  let at = LENGTH_BYTES + header.length;
  for (const blob of blobs) {
    frame.set(blob, at);
    at += blob.length;
  }
  return frame;
}

function isReference(item: unknown): item is { $bytes: [number, number] } {
  if (typeof item !== "object" || item === null || !("$bytes" in item)) return false;
  // Anything else under that name is somebody's own count.
  const { $bytes: pair } = item;
  return Array.isArray(pair) && pair.length === 2 && pair.every(Number.isInteger);
}

/**
 * The value of a frame; its byte arrays are views into `frame`. Throws RangeError, SyntaxError or
 * TypeError when the bytes are not a frame. The caller checks the value's shape.
 */
export function decodeFrame(frame: Uint8Array): unknown {
  if (frame.length < LENGTH_BYTES) throw new RangeError("a frame ends before its header");
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const bodyAt = LENGTH_BYTES + view.getUint32(0, true);
  if (bodyAt > frame.length) throw new RangeError("a frame ends within its header");
  const header = decoder.decode(frame.subarray(LENGTH_BYTES, bodyAt));
  return JSON.parse(header, (_key, item: unknown) => {
    if (!isReference(item)) return item;
    const [from, length] = item.$bytes;
    const blob = frame.subarray(bodyAt + from, bodyAt + from + length);
    if (from < 0 || blob.length !== length)
      throw new RangeError("a frame refers to bytes it does not have");
    return blob;
  });
}
