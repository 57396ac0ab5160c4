/** Where the files that scenarios name live, by their SHA-256. Implementations: `platform/mongo/`, `platform/sqlite/`. */
export interface FileStore {
  /** `sha256` is that of the bytes. Storing what is there changes nothing. */
  put(sha256: string, bytes: Uint8Array): Promise<void>;
  get(sha256: string): Promise<Uint8Array | undefined>;
  has(sha256: string): Promise<boolean>;
}
