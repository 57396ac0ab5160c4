import type { Slot } from "../engine/slot.ts";

/** Connections to one place, as those see them who have requests for it. */
export interface RequestPool<Request> {
  /** Open connections. */
  readonly size: number;
  request(slot: Slot, request: Request, done: (slot: Slot) => void): void;
  /** Opens connections before they are needed; resolves also when some cannot be had. */
  warmUp(count: number): Promise<void>;
  /** The user on `slot` is gone: its own connection is closed. */
  leave(slot: Slot): void;
  close(): void;
}
