import type { StepInput } from "@onrush/shared/scenario/scenarioSchema.ts";

export interface FormField {
  name: string;
  value: string;
}

/** A part of a multipart body: a value, or a file by its path. */
export type FormPart = FormField & { file?: string; fileName?: string; contentType?: string };

/** A folder, page or group; requests belong to the same one when it is the same object. */
export interface SourceGroup {
  name: string;
}

export type Credentials = Exclude<NonNullable<StepInput["auth"]>, "none">;

export type RequestBody =
  | { kind: "text"; text: string }
  /** By its path, as a scenario names files. */
  | { kind: "file"; file: string }
  | { kind: "json"; value: unknown }
  | { kind: "form"; fields: readonly FormField[] }
  | { kind: "multipart"; parts: readonly FormPart[] };

/**
 * One request of a source. Its texts may have templates: what a source means literally has gone
 * through `literal` first.
 */
export interface SourceRequest {
  /** Where it stands in the source, for notes. */
  where: string;
  name: string;
  method: string;
  url: string;
  headers: readonly FormField[];
  /** Parameters that are percent-encoded when they are sent; the URL may have others. */
  query?: readonly FormField[] | undefined;
  auth?: Credentials | undefined;
  acceptEncoding?: StepInput["acceptEncoding"];
  body?: RequestBody | undefined;
  tags?: StepInput["tags"];
  checks?: StepInput["checks"];
  /** The pause after it. */
  thinkTimeSeconds?: number | undefined;
  /** What it stands in, the outermost first. */
  groups?: readonly SourceGroup[] | undefined;
  /** Requests next to each other with the same one are sent together. */
  batch?: object | undefined;
}
