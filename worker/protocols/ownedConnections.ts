import type { Slot } from "../engine/slot.ts";

/** With `perUser`: which user (slot) has which connection for its own. */
export class OwnedConnections<Connection> {
  /** By the index of the slot. */
  readonly #bySlot: (Connection | undefined)[] = [];
  readonly #owners = new Map<Connection, number>();
  readonly #isOn: boolean;

  /** Without `isOn` nobody ever owns one. */
  constructor(isOn: boolean) {
    this.#isOn = isOn;
  }

  of(slot: Slot): Connection | undefined {
    return this.#bySlot[slot.index];
  }

  has(connection: Connection): boolean {
    return this.#owners.has(connection);
  }

  give(slot: Slot, connection: Connection): void {
    if (!this.#isOn || this.#bySlot[slot.index] === connection) return;
    this.#bySlot[slot.index] = connection;
    this.#owners.set(connection, slot.index);
  }

  remove(connection: Connection): void {
    const owner = this.#owners.get(connection);
    if (owner === undefined) return;
    this.#owners.delete(connection);
    this.#bySlot[owner] = undefined;
  }
}
