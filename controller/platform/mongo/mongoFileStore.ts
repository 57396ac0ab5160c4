import { Binary, type Collection, type Db, ObjectId } from "mongodb";
import type { FileStore, KeptFile } from "../../scenarios/fileStore.ts";
import { StoreError } from "../stores.ts";
import { tryInsert } from "./insertNew.ts";

interface FileDocument {
  _id: string;
  parts: number;
  bytes: number;
  usedAtMs: number;
  /** Begins the names of its parts. Earlier versions wrote none, and began them with the SHA-256. */
  content?: string;
}

interface PartDocument {
  /** `content:number` */
  _id: string;
  content: Binary;
}

/**
 * Parts that may belong to no file: there while they are written and while they are removed. No
 * transaction holds file and parts together, as not every server has them.
 */
interface RemainsDocument {
  /** The `content` of a file. */
  _id: string;
  sha256: string;
  parts: number;
  sinceMs: number;
}

/** A document of MongoDB has at most 16 MB. */
const PART_BYTES = 8_000_000;

const partId = (content: string, part: number) => `${content}:${part}`;
const partIds = (content: string, parts: number) =>
  Array.from({ length: parts }, (_, part) => partId(content, part));
const contentOf = ({ _id: sha256, content = sha256 }: FileDocument) => content;

/**
 * One document per file, and one for each of its parts. Each upload names its parts anew, so that
 * one that comes while the same file is removed does not lose them to the removal.
 */
export class MongoFileStore implements FileStore {
  readonly #files: Collection<FileDocument>;
  readonly #parts: Collection<PartDocument>;
  readonly #remains: Collection<RemainsDocument>;

  constructor(db: Db) {
    this.#files = db.collection("files");
    this.#parts = db.collection("fileParts");
    this.#remains = db.collection("fileRemains");
  }

  /** Files of earlier versions get a size, and count as used at `nowMs`. */
  async migrate(nowMs: number): Promise<void> {
    const old = await this.#files.find({ usedAtMs: { $exists: false } }).toArray();
    for (const { _id: sha256, parts } of old) {
      const last = await this.#parts.findOne({ _id: partId(sha256, parts - 1) });
      const bytes = Math.max(0, parts - 1) * PART_BYTES + (last?.content.length() ?? 0);
      await this.#files.updateOne({ _id: sha256 }, { $set: { bytes, usedAtMs: nowMs } });
    }
  }

  async put(sha256: string, bytes: Uint8Array, nowMs: number): Promise<void> {
    if (await this.touch(sha256, nowMs)) return;
    const content = new ObjectId().toHexString();
    const parts = Math.ceil(bytes.length / PART_BYTES);
    const remains = { _id: content, sha256, parts, sinceMs: nowMs };
    await this.#remains.insertOne(remains);
    for (const [part, id] of partIds(content, parts).entries()) {
      const slice = bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
      await this.#parts.insertOne({ _id: id, content: new Binary(slice) });
    }
    const file = { _id: sha256, parts, bytes: bytes.length, usedAtMs: nowMs, content };
    // False when somebody else has brought it meanwhile.
    await tryInsert(this.#files, file);
    await this.#settle(remains);
  }

  async get(sha256: string): Promise<Uint8Array | undefined> {
    const file = await this.#files.findOne({ _id: sha256 });
    if (file === null) return undefined;
    const parts: Uint8Array[] = [];
    for (const id of partIds(contentOf(file), file.parts)) {
      const found = await this.#parts.findOne({ _id: id });
      if (found === null) return this.#getAgain(sha256, contentOf(file));
      parts.push(found.content.value());
    }
    return Buffer.concat(parts);
  }

  /** A part is missing: the file was removed meanwhile, and perhaps has come back. */
  async #getAgain(sha256: string, before: string): Promise<Uint8Array | undefined> {
    const now = await this.#files.findOne({ _id: sha256 });
    if (now !== null && contentOf(now) === before) {
      throw new StoreError("STORE_UNREADABLE", `a part of file ${sha256} is not there`);
    }
    return now === null ? undefined : this.get(sha256);
  }

  async touch(sha256: string, nowMs: number): Promise<boolean> {
    const used = await this.#files.updateOne({ _id: sha256 }, { $max: { usedAtMs: nowMs } });
    return used.matchedCount === 1;
  }

  /** Sorted here, as whoever removes them needs all. */
  async list(): Promise<KeptFile[]> {
    const files = await this.#files.find().toArray();
    return files
      .map(({ _id: sha256, bytes, usedAtMs }) => ({ sha256, bytes, usedAtMs }))
      .sort((a, b) => a.usedAtMs - b.usedAtMs || (a.sha256 < b.sha256 ? -1 : 1));
  }

  async totalBytes(): Promise<number> {
    const sum = [{ $group: { _id: null, bytes: { $sum: "$bytes" } } }];
    const [all] = await this.#files.aggregate<{ bytes: number }>(sum).toArray();
    return all?.bytes ?? 0;
  }

  async remove(sha256: string, usedAtMs: number, nowMs: number): Promise<boolean> {
    const file = await this.#files.findOne({ _id: sha256 });
    if (file === null || file.usedAtMs > usedAtMs) return false;
    const remains = { _id: contentOf(file), sha256, parts: file.parts, sinceMs: nowMs };
    await tryInsert(this.#remains, remains);
    const unused = { _id: sha256, usedAtMs: { $lte: usedAtMs } };
    const { deletedCount } = await this.#files.deleteOne(unused);
    await this.#settle(remains);
    return deletedCount === 1;
  }

  async clearRemains(beforeMs: number): Promise<void> {
    const old = await this.#remains.find({ sinceMs: { $lt: beforeMs } }).toArray();
    for (const remains of old) await this.#settle(remains);
  }

  /** Removes the parts unless they belong to the file; either way nobody has to look again. */
  async #settle({ _id: content, sha256, parts }: RemainsDocument): Promise<void> {
    const file = await this.#files.findOne({ _id: sha256 });
    if (file === null || contentOf(file) !== content) {
      await this.#parts.deleteMany({ _id: { $in: partIds(content, parts) } });
    }
    await this.#remains.deleteOne({ _id: content });
  }
}
