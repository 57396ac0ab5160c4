/**
 * A binary frame: 4 bytes little-endian length of a JSON header, the header, then raw bytes. In
 * the header `{"$bytes":[from,length]}` stands for a Uint8Array, so any tree of plain values with
 * byte arrays in it can be sent or stored without base64.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const LENGTH_BYTES = 4;

/** Byte arrays in the order in which they stand behind the header. */
class Body {
  readonly blobs: Uint8Array[] = [];
  bytes = 0;

  /** The item with what stands for byte arrays in their place; itself where it has none. */
  outline(item: object): object {
    if (item instanceof Uint8Array) {
      const reference = { $bytes: [this.bytes, item.length] };
      this.blobs.push(item);
      this.bytes += item.length;
      return reference;
    }
    const parts = item as Record<string, unknown>;
    let copy: Record<string, unknown> | undefined;
    // Beforehand, as a replacer of JSON.stringify takes several times as long.
    for (const key in parts) {
      const part = parts[key];
      if (typeof part !== "object" || part === null) continue;
      const shown = this.outline(part);
      if (shown === part) continue;
      copy ??= (Array.isArray(item) ? item.slice() : { ...item }) as Record<string, unknown>;
      copy[key] = shown;
    }
    return copy ?? item;
  }
}

export function encodeFrame(value: unknown): Uint8Array {
  const body = new Body();
  const shown = typeof value === "object" && value !== null ? body.outline(value) : value;
  const header = encoder.encode(JSON.stringify(shown));
  const frame = new Uint8Array(LENGTH_BYTES + header.length + body.bytes);
  new DataView(frame.buffer).setUint32(0, header.length, true);
  frame.set(header, LENGTH_BYTES);
  let at = LENGTH_BYTES + header.length;
  for (const blob of body.blobs) {
    frame.set(blob, at);
    at += blob.length;
  }
  return frame;
}

/** Where in the body a byte array is, if `item` stands for one. */
function referenceOf(item: object): readonly [number, number] | undefined {
  if (!("$bytes" in item)) return undefined;
  // Anything else under that name is somebody's own count.
  const { $bytes: pair } = item;
  if (!Array.isArray(pair) || pair.length !== 2 || !pair.every(Number.isInteger)) return undefined;
  return pair as [number, number];
}

/** The item with byte arrays in place of what stands for them. */
function restore(item: unknown, body: Uint8Array): unknown {
  if (typeof item !== "object" || item === null) return item;
  const reference = referenceOf(item);
  if (reference !== undefined) {
    const [from, length] = reference;
    const blob = body.subarray(from, from + length);
    if (from < 0 || blob.length !== length)
      throw new RangeError("a frame refers to bytes it does not have");
    return blob;
  }
  // In place, as a reviver of JSON.parse takes several times as long.
  const parts = item as Record<string, unknown>;
  for (const key in parts) {
    const part = parts[key];
    if (typeof part === "object" && part !== null) parts[key] = restore(part, body);
  }
  return item;
}

/**
 * The value of a frame; its byte arrays are views into `frame`. Throws RangeError, SyntaxError or
 * TypeError when the bytes are not a frame. The caller checks the value's shape.
 */
export function decodeFrame(frame: Uint8Array): unknown {
  if (frame.length < LENGTH_BYTES) throw new RangeError("a frame ends before its header");
  const { buffer, byteOffset, length } = frame;
  const bodyAt = LENGTH_BYTES + new DataView(buffer, byteOffset, length).getUint32(0, true);
  if (bodyAt > length) throw new RangeError("a frame ends within its header");
  // Views of a Buffer's own kind are slow to make and to read, and compare differently.
  const body = new Uint8Array(buffer, byteOffset + bodyAt, length - bodyAt);
  return restore(JSON.parse(decoder.decode(frame.subarray(LENGTH_BYTES, bodyAt))), body);
}
