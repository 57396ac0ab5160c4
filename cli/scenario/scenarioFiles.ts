import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { dataSetSchema } from "@onrush/shared/data/dataSchema.ts";
import { FileProblem } from "@onrush/shared/data/fileProblem.ts";
import { fileOf, readRows } from "@onrush/shared/data/readRows.ts";
import {
  type FileFacts,
  type FileRef,
  MAX_FILE_BYTES,
  noFacts,
  type RowFacts,
} from "@onrush/shared/scenario/files.ts";
import { namedFiles } from "@onrush/shared/scenario/fileUse.ts";
import type { Problem } from "@onrush/shared/scenario/problems.ts";
import { whyUnreadable } from "./whyUnreadable.ts";

/** The contents of a scenario's files, by their SHA-256. */
export type FileContents = ReadonlyMap<string, Uint8Array>;

export const noContents: FileContents = new Map();

export interface WithFiles {
  /** The document with its files named by what they hold. */
  document: unknown;
  facts: FileFacts;
  contents: FileContents;
}

type Raw = Record<string, unknown>;
const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);

class Unreadable extends Error {}

async function readWhole(path: string): Promise<Uint8Array> {
  let handle;
  try {
    handle = await open(path);
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Unreadable("is no file");
    if (stat.size > MAX_FILE_BYTES) {
      throw new Unreadable(`is larger than ${MAX_FILE_BYTES.toLocaleString("en")} bytes`);
    }
    return new Uint8Array(await handle.readFile());
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    const why = await whyUnreadable(path, error);
    throw new Unreadable(`cannot be read: ${why}`, { cause: error });
  } finally {
    await handle?.close();
  }
}

/** Rows of the data sets whose files were read. */
async function rowFacts(data: unknown, files: ReadonlyMap<string, Uint8Array>): Promise<FileFacts> {
  const sets = new Map<string, RowFacts>();
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(isObject(data) ? data : {})) {
    const set = dataSetSchema.safeParse(value);
    const file = set.success ? fileOf(set.data) : undefined;
    const bytes = file === undefined ? undefined : files.get(file);
    if (!set.success || bytes === undefined) continue;
    try {
      const { fields, rows } = await readRows(set.data, bytes, turn);
      sets.set(name, { fields, rows });
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      const path = `data.${name}.${set.data.csv === undefined ? "json" : "csv"}`;
      problems.push({ path, message: `${String(file)}, line ${error.line}: ${error.message}` });
    }
  }
  return { sets, problems };
}

/**
 * Reads the files that a document names, relative to `directory`, and checks the rows of its data
 * sets. What cannot be read is a problem; a file that the document names by its SHA-256 already may
 * be at the controller instead.
 */
export async function withFiles(document: unknown, directory: string): Promise<WithFiles> {
  const named = namedFiles(document);
  if (!isObject(document) || named.length === 0) {
    return { document, facts: noFacts, contents: noContents };
  }
  const refs: Record<string, FileRef> = {};
  const given = isObject(document["files"]) ? document["files"] : {};
  const contents = new Map<string, Uint8Array>();
  const byName = new Map<string, Uint8Array>();
  const problems: Problem[] = [];
  for (const { path, name } of named) {
    if (byName.has(name)) continue;
    try {
      const bytes = await readWhole(resolve(directory, name));
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      refs[name] = { sha256, bytes: bytes.length };
      contents.set(sha256, bytes);
      byName.set(name, bytes);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      if (!Object.hasOwn(given, name)) problems.push({ path, message: `${name} ${error.message}` });
    }
  }
  const rows = await rowFacts(document["data"], byName);
  return {
    document: { ...document, files: { ...given, ...refs } },
    facts: { sets: rows.sets, problems: [...problems, ...rows.problems] },
    contents,
  };
}
