import type { IncomingMessage } from "node:http";
import { MAX_SCENARIO_BYTES } from "@onrush/shared/scenario/limits.ts";
import { badRequest, HttpProblem } from "./httpProblem.ts";
import { parseJson } from "./parseJson.ts";

const tooLarge = (limit: number) =>
  new HttpProblem(413, `A body may have at most ${limit.toLocaleString("en")} bytes.`);

function checkHeaders(request: IncomingMessage): void {
  const { headers } = request;
  const length = headers["content-length"];
  if ((length ?? "0") === "0" && headers["transfer-encoding"] === undefined) {
    throw badRequest("A JSON body is needed.");
  }
  const [type = "", ...parameters] = (headers["content-type"] ?? "").toLowerCase().split(";");
  const charset = parameters.map((p) => p.trim()).find((p) => p.startsWith("charset="));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (!/^application\/(?:[\w.-]+\+)?json$/.test(type.trim()) || !isUtf8) {
    throw new HttpProblem(415, "Send the body as application/json in UTF-8.");
  }
  checkSize(request, MAX_SCENARIO_BYTES);
}

function checkSize({ headers }: IncomingMessage, limit: number): void {
  if ((headers["content-encoding"] ?? "identity") !== "identity") {
    throw new HttpProblem(415, "Send the body without Content-Encoding.");
  }
  if (Number(headers["content-length"] ?? 0) > limit) throw tooLarge(limit);
}

/** What the body of a request may have at most: what it says itself, otherwise the limit. */
export function announcedBytes({ headers }: IncomingMessage, limit: number): number {
  const length = headers["content-length"];
  return length === undefined ? limit : Math.min(Number(length), limit);
}

/**
 * Reads at most the limit; what comes after is left to Node, which discards it. A body that says
 * how long it is is written where it stays, as gluing 64 MB together takes them twice.
 */
function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  const length = request.headers["content-length"];
  const whole = length === undefined ? undefined : Buffer.allocUnsafe(Number(length));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (problem: HttpProblem) => {
      request.off("data", take);
      reject(problem);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) fail(tooLarge(limit));
      else if (whole === undefined) chunks.push(chunk);
      else chunk.copy(whole, size - chunk.length);
    };
    request.on("data", take);
    request.on("end", () => resolve(whole ?? Buffer.concat(chunks)));
    request.on("error", () => fail(badRequest("The body broke off.")));
    request.on("close", () => fail(badRequest("The body broke off.")));
  });
}

/** The JSON body of a request; throws a problem (400, 413, 415) when there is no good one. */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  checkHeaders(request);
  const bytes = await readBytes(request, MAX_SCENARIO_BYTES);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badRequest("The body is not UTF-8.");
  }
  return parseJson(text);
}

/** The bytes of a body of any type; throws a problem (400, 413, 415). */
export async function readBinaryBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  checkSize(request, limit);
  return readBytes(request, limit);
}
