const SIZE = Float64Array.BYTES_PER_ELEMENT;

/** What `onrush target known` has logged of each arrival, at one of its paths for that. */
async function loggedValues(targetUrl: string, path: string): Promise<number[]> {
  const bytes = await (await fetch(`${targetUrl}/${path}`)).arrayBuffer();
  const view = new DataView(bytes);
  return Array.from({ length: bytes.byteLength / SIZE }, (_, n) => view.getFloat64(n * SIZE, true));
}

/** When each request arrived, milliseconds of the Unix clock, ascending. */
export async function loggedArrivalsMs(targetUrl: string): Promise<number[]> {
  return (await loggedValues(targetUrl, "__log")).map((us) => us / 1000);
}

/** The number that each request gave itself, as they came. */
export const loggedNumbers = (targetUrl: string) => loggedValues(targetUrl, "__numbers");
