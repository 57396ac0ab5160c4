import { Slot } from "../../engine/slot.ts";
import type { HttpRequest, HttpTransport } from "./httpRequest.ts";

export interface Outcome {
  status: number;
  error: string;
}

export const get = (url: string): HttpRequest => ({ method: "GET", url, headers: {}, body: null });

/** Does one request and waits for its end; gives it up after `giveUpMs`, as the engine would. */
export function perform(
  transport: HttpTransport,
  request: HttpRequest,
  giveUpMs = 1_500,
  change: Partial<Slot> = {},
): Promise<Outcome & { slot: Slot }> {
  const slot = new Slot(0);
  slot.beginRequest(0, 0, 0);
  Object.assign(slot, change);
  return new Promise((resolve) => {
    const timer = setTimeout(() => slot.cancel?.(slot, "timeout"), giveUpMs);
    transport.operation(request).perform(slot, () => {
      clearTimeout(timer);
      resolve({ status: slot.status, error: slot.error, slot });
    });
  });
}
