import { Binary, type Collection, type Db } from "mongodb";
import type { FileStore } from "../../scenarios/fileStore.ts";
import { StoreError } from "../stores.ts";

interface FileDocument {
  _id: string;
  parts: number;
}

interface PartDocument {
  /** `sha256:number` */
  _id: string;
  content: Binary;
}

/** A document of MongoDB has at most 16 MB. */
const PART_BYTES = 8_000_000;

const partId = (sha256: string, part: number) => `${sha256}:${part}`;

/** One document per file, and one for each of its parts; the file's own is written last. */
export class MongoFileStore implements FileStore {
  readonly #files: Collection<FileDocument>;
  readonly #parts: Collection<PartDocument>;

  constructor(db: Db) {
    this.#files = db.collection("files");
    this.#parts = db.collection("fileParts");
  }

  async put(sha256: string, bytes: Uint8Array): Promise<void> {
    if (await this.has(sha256)) return;
    const parts = Math.ceil(bytes.length / PART_BYTES);
    for (let part = 0; part < parts; part++) {
      const content = new Binary(bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES));
      await this.#parts.replaceOne({ _id: partId(sha256, part) }, { content }, { upsert: true });
    }
    await this.#files.replaceOne({ _id: sha256 }, { parts }, { upsert: true });
  }

  async get(sha256: string): Promise<Uint8Array | undefined> {
    const file = await this.#files.findOne({ _id: sha256 });
    if (file === null) return undefined;
    const parts: Uint8Array[] = [];
    for (let part = 0; part < file.parts; part++) {
      const found = await this.#parts.findOne({ _id: partId(sha256, part) });
      if (found === null) {
        throw new StoreError("STORE_UNREADABLE", `part ${part} of file ${sha256} is not there`);
      }
      parts.push(found.content.value());
    }
    return Buffer.concat(parts);
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.#files.findOne({ _id: sha256 })) !== null;
  }
}
