import { z } from "zod";

/** Files that a scenario names. Their contents travel apart from it, by their SHA-256. */

/** Sizes that people set or read are in MB. */
export const BYTES_PER_MB = 1_000_000;
export const MAX_FILE_BYTES = 64_000_000;
/** What a worker holds of files at most, unless it is told otherwise. */
export const DEFAULT_WORKER_FILES_MB = 1_000;
export const MAX_FILES = 100;

export const fileNameSchema = z.string().min(1, "a file is needed").max(1_000);

export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "the SHA-256 of the file: 64 hexadecimal digits in lower case");

export const fileRefSchema = z.strictObject({
  sha256: sha256Schema.meta({ description: "SHA-256 of the contents, in hexadecimal." }),
  bytes: z
    .int()
    .min(0)
    .max(MAX_FILE_BYTES, `at most ${MAX_FILE_BYTES.toLocaleString("en")} bytes`)
    .meta({ description: "Size of the contents in bytes." }),
});
export type FileRef = z.infer<typeof fileRefSchema>;

export const filesSchema = z
  .record(fileNameSchema, fileRefSchema)
  .refine((files) => Object.keys(files).length <= MAX_FILES, `at most ${MAX_FILES} files`)
  .meta({
    description:
      "The files that csv, json, bodyFile and multipart name, with the SHA-256 of their contents, which are uploaded beforehand. The command line fills this in.",
  });

/** What is known of the rows of a data set that lie in a file. */
export interface RowFacts {
  fields: readonly string[];
  rows: number;
}

/** What is known of a scenario's files beside their names. */
export interface FileFacts {
  /** By data set; those whose files could not be read are missing. */
  sets: ReadonlyMap<string, RowFacts>;
  problems: readonly { path: string; message: string }[];
}

export const noFacts: FileFacts = { sets: new Map(), problems: [] };
