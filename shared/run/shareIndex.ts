import type { RunState, ShareRef, ShareState } from "./runMessages.ts";

/**
 * Where each share stands in a list, by its path. A list that only replaces shares keeps the places
 * of the one before, so that a report of one of thousands of shares looks at none of the others.
 */
const places = new WeakMap<readonly ShareState[], ReadonlyMap<string, number>>();

function placesOf(shares: readonly ShareState[]): ReadonlyMap<string, number> {
  let known = places.get(shares);
  if (known === undefined) {
    known = new Map(shares.map(({ share }, place) => [share, place]));
    places.set(shares, known);
  }
  return known;
}

/** The share with this path, whoever has it. */
export function shareAt({ shares }: RunState, path: string): ShareState | undefined {
  const place = placesOf(shares).get(path);
  return place === undefined ? undefined : shares[place];
}

/** The share as its worker names it; undefined when it is another worker's or epoch's. */
export function findShare(state: RunState, ref: ShareRef): ShareState | undefined {
  const share = shareAt(state, ref.share);
  return share?.epoch === ref.epoch && share.workerId === ref.workerId ? share : undefined;
}

/** The state with `share` in the place of the one with its path. */
export function replaceShare(state: RunState, share: ShareState): RunState {
  const known = placesOf(state.shares);
  const place = known.get(share.share);
  if (place === undefined) return state;
  const shares = state.shares.slice();
  shares[place] = share;
  places.set(shares, known);
  return { ...state, shares };
}
