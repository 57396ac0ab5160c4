import { createHash } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { uploadFile } from "@onrush/cli/clients/controllerApi.ts";
import { startController } from "@onrush/controller/main.ts";
import { createLogger } from "@onrush/controller/platform/logger.ts";
import type { ControllerSettings } from "@onrush/controller/platform/settings.ts";
import { problemSchema } from "@onrush/shared/api/problem.ts";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Place, startBackends } from "./storesBackends.ts";
import { aScenario } from "./storesFixtures.ts";

const DAY_MS = 86_400_000;

const fileOf = (text: string) => {
  const bytes = Buffer.from(text);
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
};

const backends = await startBackends();
afterAll(async () => {
  for (const backend of backends) await backend.stop();
});

describe.each(backends.filter(({ unavailable }) => unavailable === undefined))(
  "a controller with its files in $name",
  (backend) => {
    let place: Place;
    const closing: (() => Promise<void>)[] = [];
    beforeEach(() => {
      place = backend.createPlace();
    });
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
      await place.remove();
    });

    async function start(settings: Partial<ControllerSettings>): Promise<string> {
      const own = { host: "127.0.0.1", port: 0, ...place.settings, ...settings };
      const controller = await startController(own, createLogger({ level: "silent" }));
      closing.push(() => controller.close());
      return controller.url;
    }

    const ask = (url: string, { sha256 }: { sha256: string }, method: string, body?: Uint8Array) =>
      fetch(`${url}/api/v1/files/${sha256}`, {
        method,
        ...(body === undefined ? {} : { body: new Uint8Array(body) }),
      });

    test("removes an old one that nobody names, and keeps what a scenario names or is new", async () => {
      const [old, named, young] = [fileOf("old"), fileOf("named"), fileOf("young")];
      const stores = await place.open();
      for (const { sha256, bytes } of [old, named]) {
        await stores.files.put(sha256, bytes, Date.now() - 8 * DAY_MS);
      }
      await stores.files.put(young.sha256, young.bytes, Date.now() - 6 * DAY_MS);
      const files = { "a.csv": { sha256: named.sha256, bytes: named.bytes.length } };
      await stores.scenarios.create(aScenario({ files }));
      await stores.close();

      const url = await start({ files: { days: 7, bytes: 0 } });
      await vi.waitUntil(async () => (await ask(url, old, "GET")).status === 404, 50_000);
      expect((await ask(url, named, "GET")).status).toBe(200);
      expect((await ask(url, young, "GET")).status).toBe(200);
    });

    test("counts those of a run as used when it begins", async () => {
      const [named, other] = [fileOf("named"), fileOf("other")];
      const before = Date.now();
      const stores = await place.open();
      closing.push(() => stores.close());
      for (const { sha256, bytes } of [named, other]) {
        await stores.files.put(sha256, bytes, before - DAY_MS);
      }
      const files = { "a.csv": { sha256: named.sha256, bytes: named.bytes.length } };
      await stores.scenarios.create(aScenario({ id: "s", files }));
      const url = await start({});
      const answer = await fetch(`${url}/api/v1/scenarios/s/runs`, { method: "POST" });
      expect(answer.status).toBe(202);
      const [first, last] = await stores.files.list();
      expect([first?.sha256, first?.usedAtMs]).toEqual([other.sha256, before - DAY_MS]);
      // The controller's clock is another one than ours.
      expect(last?.usedAtMs).toBeGreaterThan(before - DAY_MS / 2);
    });

    test("makes room by what nobody names, and says so when there is none left", async () => {
      const [old, named] = [fileOf("old...."), fileOf("named..")];
      const [fresh, more] = [fileOf("fresh.."), fileOf("more...")];
      const stores = await place.open();
      await stores.files.put(old.sha256, old.bytes, Date.now() - DAY_MS);
      await stores.close();

      const url = await start({ files: { days: 7, bytes: 14 } });
      expect((await ask(url, named, "PUT", named.bytes)).status).toBe(200);
      const scenario = {
        ...{ name: "n", targetUrl: "http://127.0.0.1:1/", durationSeconds: 1, autoStart: false },
        loadProfile: { type: "CONSTANT", initialRps: 1 },
        files: { "a.csv": { sha256: named.sha256, bytes: named.bytes.length } },
      };
      const posted = await fetch(`${url}/api/v1/scenarios`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(scenario),
      });
      expect(posted.status).toBe(201);
      expect((await ask(url, fresh, "PUT", fresh.bytes)).status).toBe(200);
      expect((await ask(url, old, "HEAD")).status).toBe(404);
      const refused = await ask(url, more, "PUT", more.bytes);
      expect(refused.status).toBe(507);
      expect(problemSchema.parse(await refused.json()).detail).toMatch(/Delete scenarios .*10 min/);
      expect((await ask(url, named, "HEAD")).status).toBe(200);
      expect(await (await fetch(`${url}/metrics`)).text()).toContain("onrush_file_bytes 14\n");
    });

    test("takes from the command line what came while it was busy", async () => {
      const [slow, other] = [fileOf("slow"), fileOf("other")];
      const url = await start({ uploads: { count: 1, bytes: 64_000_000 } });
      const upload = request(`${url}/api/v1/files/${slow.sha256}`, {
        method: "PUT",
        headers: { "content-length": slow.bytes.length, expect: "100-continue" },
      });
      const answered = once(upload, "response");
      await once(upload, "continue");
      const refusals = async () => {
        const metrics = await (await fetch(`${url}/metrics`)).text();
        return Number(/onrush_uploads_refused_total\{reason="busy"\} (\d+)/.exec(metrics)?.[1]);
      };
      const uploading = uploadFile(url, other.sha256, other.bytes);
      await vi.waitUntil(async () => (await refusals()) > 0, 50_000);
      upload.end(slow.bytes);
      await answered;
      upload.destroy();
      await uploading;
      expect(Buffer.from(await (await ask(url, other, "GET")).arrayBuffer())).toEqual(other.bytes);
    });
  },
);
