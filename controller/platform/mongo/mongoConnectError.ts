import { MongoServerError, type MongoClient } from "mongodb";
import { StoreError } from "../stores.ts";

const WAY_OUT = "unset MONGODB_URL to use the embedded store";
export const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;
// MongoDB Atlas answers wrong credentials with this one.
const ATLAS_ERROR = 8_000;

/** Why the stores could not be opened, and what to do about it. */
export function mongoConnectError(client: MongoClient, cause: unknown): StoreError {
  const address = addressOf(client);
  if (!(cause instanceof MongoServerError)) {
    return new StoreError(
      "STORE_UNREACHABLE",
      `MongoDB does not answer at ${address} (MONGODB_URL): start it or ${WAY_OUT}`,
      { cause },
    );
  }
  return new StoreError(
    "STORE_REFUSED",
    `MongoDB at ${address} (MONGODB_URL) ${refusal(cause)} or ${WAY_OUT}`,
    { cause },
  );
}

function refusal(error: MongoServerError): string {
  switch (error.code) {
    case AUTHENTICATION_FAILED:
    case ATLAS_ERROR:
      return "refuses the user name or password: correct them";
    case UNAUTHORIZED:
      return "does not allow this user to write here: grant it readWrite on the database";
    default:
      return `refuses to work ("${error.message}"): correct that`;
  }
}

/** The driver's error is not kept as the cause: it quotes the URL, and with it the password. */
export function mongoUrlError(error: unknown): StoreError {
  const kind = error instanceof Error ? error.name : "unknown error";
  return new StoreError(
    "STORE_REFUSED",
    `MONGODB_URL is not a valid connection string (${kind}): write it like ` +
      `mongodb://HOST:27017/onrush, with special characters of a password percent-encoded, ` +
      `or ${WAY_OUT}`,
  );
}

function addressOf({ options }: MongoClient): string {
  return options.srvHost ?? options.hosts.map((host) => host.toString()).join(", ");
}
