/** What is known of a file without its contents. */
export interface KeptFile {
  sha256: string;
  bytes: number;
  /** Unix milliseconds: when it was last uploaded, asked for, or named by a run that began. */
  usedAtMs: number;
}

/** Where the files that scenarios name live, by their SHA-256. Implementations: `platform/mongo/`, `platform/sqlite/`. */
export interface FileStore {
  /** `sha256` is that of the bytes. Of what is there only the time changes. */
  put(sha256: string, bytes: Uint8Array, nowMs: number): Promise<void>;
  get(sha256: string): Promise<Uint8Array | undefined>;
  /** Whether it is there, and if so, it is used now; its time never goes back. */
  touch(sha256: string, nowMs: number): Promise<boolean>;
  /** Every file, the one that was used longest ago first. */
  list(): Promise<KeptFile[]>;
  /** Of all files together. */
  totalBytes(): Promise<number>;
  /** Removes the file unless it was used after `usedAtMs`; false then, and where there is none. */
  remove(sha256: string, usedAtMs: number, nowMs: number): Promise<boolean>;
  /** Clears what uploads and removals have left that began before and broke off. */
  clearRemains(beforeMs: number): Promise<void>;
}
