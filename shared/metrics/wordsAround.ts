let viewed: ArrayBufferLike = new ArrayBuffer(0);
let words: DataView = new DataView(viewed);

/** The buffer in which `bytes` are, as words. One that holds many histograms is wrapped once. */
export function wordsAround({ buffer }: Uint8Array): DataView {
  if (buffer !== viewed) {
    viewed = buffer;
    words = new DataView(buffer);
  }
  return words;
}
