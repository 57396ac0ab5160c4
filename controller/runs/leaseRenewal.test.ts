import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LeaseReply } from "@onrush/shared/wire/leaseRenewal.ts";
import { OWNER_URL, OwnedRun } from "./ownedRun.testing.ts";

const hangs = () => new Promise<never>(() => {});
const fails = async (): Promise<never> => {
  throw new Error("away");
};

let owned: OwnedRun;
beforeEach(async () => {
  vi.useFakeTimers();
  owned = await OwnedRun.start();
  await owned.ready();
  expect(await owned.shares()).toEqual([["w1", "running"]]);
});
afterEach(async () => {
  vi.clearAllTimers();
  vi.useRealTimers();
  await owned.stores.close();
});

/** What the worker is answered that asks the owner, at once or after the link had its time. */
async function answer(share = "0/0", runId = owned.id): Promise<LeaseReply | undefined> {
  const asked = owned.service.renew({ workerId: "w1", shares: [{ runId, share, epoch: 1 }] });
  await vi.advanceTimersByTimeAsync(1_000);
  return asked;
}

test("an owner whose link answers renews no lease: who asks it is the one that is cut off", async () => {
  expect(await answer()).toBeUndefined();
});

test.each([
  ["fails", fails],
  ["hangs", hangs],
])(
  "an owner whose link %s tells how its shares stand, and nothing when it answers again",
  async (_how, failure) => {
    owned.linkFails = failure;
    expect(await answer()).toMatchObject({
      shares: [{ runId: owned.id, share: "0/0", epoch: 1 }],
      commands: [{ type: "start", runId: owned.id }],
      owners: { [owned.id]: OWNER_URL },
    });
    owned.linkFails = undefined;
    expect(await answer()).toBeUndefined();
  },
);

test("of a share of its run that it has not handed out an owner says that it is over", async () => {
  owned.linkFails = fails;
  expect((await answer("0/7"))?.shares).toMatchObject([{ share: "0/7", epoch: 0 }]);
});

test("of a run that is not its own a controller says nothing, also without a link", async () => {
  owned.linkFails = fails;
  expect(await answer("0/0", "another's")).toEqual({ shares: [], commands: [], owners: {} });
});

test("an owner cut off from link and store renews while its own lease lasts, and no longer", async () => {
  owned.linkFails = owned.storeFails = fails;
  expect((await answer())?.shares).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(10_000);
  // Another controller may have taken the run over and given its shares to others.
  expect(await answer()).toMatchObject({ shares: [], owners: { [owned.id]: OWNER_URL } });
});
test("an owner without a link that can store goes on renewing: the run is still its own", async () => {
  owned.linkFails = fails;
  await vi.advanceTimersByTimeAsync(20_000);
  expect((await answer())?.shares).toHaveLength(1);
});
