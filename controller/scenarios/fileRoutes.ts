import { createHash } from "node:crypto";
import { storedFileSchema } from "@onrush/shared/api/scenarioApi.ts";
import { MAX_FILE_BYTES } from "@onrush/shared/scenario/files.ts";
import { badRequest, notFound } from "../http/httpProblem.ts";
import { type RawResponse, route, type Route } from "../http/route.ts";
import type { FileStore } from "./fileStore.ts";

const path = "/api/v1/files/:sha256";
const tags = ["scenarios"];
const params = storedFileSchema.pick({ sha256: true });
const OCTETS = "application/octet-stream";

const contents: RawResponse<Uint8Array> = {
  contentType: OCTETS,
  description: "The bytes of the file",
  jsonSchema: { type: "string" },
};

/** Files that scenarios name. They are uploaded before, under what they hold. */
export function fileRoutes(files: FileStore): Route[] {
  return [
    route({
      method: "put",
      path,
      summary: "Upload a file that scenarios name, under the SHA-256 of its bytes",
      tags,
      params,
      binaryBody: { contentType: OCTETS, maxBytes: MAX_FILE_BYTES },
      responses: { 200: storedFileSchema },
      handle: async ({ params: { sha256 }, bytes }) => {
        const actual = createHash("sha256").update(bytes).digest("hex");
        if (actual !== sha256) {
          const message = `the bytes have the SHA-256 ${actual}: was the file changed meanwhile?`;
          throw badRequest("The file is not what its address says.", [{ path: "sha256", message }]);
        }
        await files.put(sha256, bytes);
        return { status: 200, body: { sha256, bytes: bytes.length } };
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
