import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectMongo, inMongoDatabase } from "@onrush/controller/platform/mongo/mongoStores.ts";
import type { ControllerSettings } from "@onrush/controller/platform/settings.ts";
import { openSqlite } from "@onrush/controller/platform/sqlite/sqliteStores.ts";
import type { Stores } from "@onrush/controller/platform/stores.ts";
import { startMongo } from "../services/mongoServer.ts";
import { describeUnavailable } from "../services/service.ts";

/** An empty database of one test. */
export interface Place {
  /** May be called several times: each is a connection of its own to the same data. */
  open(): Promise<Stores>;
  /** How a controller finds it. */
  settings: Pick<ControllerSettings, "dataDirectory" | "mongodbUrl" | "mongodbDatabase">;
  remove(): Promise<void>;
}

export interface Backend {
  name: string;
  /** Why it cannot be tested here. */
  unavailable: string | undefined;
  createPlace(): Place;
  stop(): Promise<void>;
}

/** Both implementations of the stores. MongoDB's server is started, if need be. */
export async function startBackends(): Promise<Backend[]> {
  return [sqliteBackend, await mongoBackend()];
}

const sqliteBackend: Backend = {
  name: "node:sqlite",
  unavailable: undefined,
  createPlace() {
    const directory = mkdtempSync(join(tmpdir(), "onrush-test-"));
    return {
      open: () => openSqlite(directory),
      settings: { dataDirectory: directory },
      remove: async () => rmSync(directory, { recursive: true, force: true }),
    };
  },
  stop: () => Promise.resolve(),
};

async function mongoBackend(): Promise<Backend> {
  const service = await startMongo();
  const url = service.available ? service.url : "";
  return {
    name: "MongoDB",
    unavailable: service.available ? undefined : describeUnavailable("MongoDB", service),
    createPlace() {
      const dbName = `onrush_test_${randomUUID().replaceAll("-", "")}`;
      return {
        open: () => connectMongo(url, { dbName }),
        settings: { dataDirectory: "", mongodbUrl: url, mongodbDatabase: dbName },
        remove: async () => void (await inMongoDatabase(url, dbName, (db) => db.dropDatabase())),
      };
    },
    stop: () => (service.available ? service.stop() : Promise.resolve()),
  };
}
