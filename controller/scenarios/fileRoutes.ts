import { createHash } from "node:crypto";
import { storedFileSchema } from "@onrush/shared/api/scenarioApi.ts";
import { MAX_FILE_BYTES } from "@onrush/shared/scenario/files.ts";
import { badRequest, HttpProblem, notFound } from "../http/httpProblem.ts";
import { type RawResponse, route, type Route } from "../http/route.ts";
import type { KeptFiles } from "./keptFiles.ts";
import { type UploadLimits, UploadSlots } from "./uploadSlots.ts";

const path = "/api/v1/files/:sha256";
const tags = ["scenarios"];
const params = storedFileSchema.pick({ sha256: true });
const OCTETS = "application/octet-stream";

const contents: RawResponse<Uint8Array> = {
  contentType: OCTETS,
  description: "The bytes of the file",
  jsonSchema: { type: "string" },
};

/** Most uploads are over by then. */
const RETRY_AFTER_SECONDS = 1;

export interface FileRoutesOptions {
  files: KeptFiles;
  uploads: UploadLimits;
  /** Told of every upload that is sent back. */
  onRefused(reason: "busy" | "full"): void;
}

/** A slot for an upload, asked for before its body is read. Throws 429 when there is none. */
function slotFor({ uploads, onRefused }: FileRoutesOptions): (bytes: number) => () => void {
  const slots = new UploadSlots(uploads);
  return (bytes) => {
    const release = slots.take(bytes);
    if (release !== undefined) return release;
    onRefused("busy");
    const detail =
      "As many files are being uploaded as this controller holds at once (UPLOADS_MAX, UPLOADS_MAX_MB): send it again in a moment.";
    throw new HttpProblem(429, detail, [], { "Retry-After": String(RETRY_AFTER_SECONDS) });
  };
}

function uploadRoute(options: FileRoutesOptions): Route {
  const { files, onRefused } = options;
  return route({
    method: "put",
    path,
    summary: "Upload a file that scenarios name, under the SHA-256 of its bytes",
    tags,
    params,
    binaryBody: { contentType: OCTETS, maxBytes: MAX_FILE_BYTES, admit: slotFor(options) },
    responses: { 200: storedFileSchema },
    problems: [429, 507],
    handle: async ({ params: { sha256 }, bytes }) => {
      const actual = createHash("sha256").update(bytes).digest("hex");
      if (actual !== sha256) {
        const message = `the bytes have the SHA-256 ${actual}: was the file changed meanwhile?`;
        throw badRequest("The file is not what its address says.", [{ path: "sha256", message }]);
      }
      try {
        await files.put(sha256, bytes);
      } catch (error) {
        if (error instanceof HttpProblem && error.status === 507) onRefused("full");
        throw error;
      }
      return { status: 200, body: { sha256, bytes: bytes.length } };
    },
  });
}

/** Files that scenarios name. They are uploaded before, under what they hold. */
export function fileRoutes(options: FileRoutesOptions): Route[] {
  const { files } = options;
  return [
    uploadRoute(options),
    route({
      method: "head",
      path,
      summary: "Whether a file was uploaded; it counts as used then, and stays for now",
      tags,
      params,
      responses: { 200: null },
      handle: async ({ params: { sha256 } }) => {
        if (!(await files.touch(sha256))) throw notFound("file", sha256);
        return { status: 200 };
      },
    }),
    route({
      method: "get",
      path,
      summary: "The bytes of a file that was uploaded",
      tags,
      params,
      responses: { 200: contents },
      handle: async ({ params: { sha256 } }) => {
        const bytes = await files.get(sha256);
        if (bytes === undefined) throw notFound("file", sha256);
        return { status: 200, body: bytes };
      },
    }),
  ];
}
