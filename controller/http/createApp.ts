import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import express from "express";
import type { ErrorRequestHandler, Express, NextFunction, Request, Response } from "express";
import type { Logger } from "../platform/logger.ts";
import { badRequest, HttpProblem, PROBLEM_TYPE } from "./httpProblem.ts";
import { announcedBytes, readBinaryBody, readJsonBody } from "./readJsonBody.ts";
import { checkRequest, ownerIdOf, securityHeaders } from "./requestGuards.ts";
import { type BinaryBodySpec, isRawResponse, type RawAnswer, type Route } from "./route.ts";

export interface AppOptions {
  routes: readonly Route[];
  /** Static files and pages, asked after all routes. */
  files: readonly ((app: Express) => void)[];
  allowsHost(host: string | undefined): boolean;
  /** What a failure that nobody foresaw comes from; undefined when everything around us answers. */
  outage(): Promise<HttpProblem | undefined>;
  logger: Logger;
}

const isTextStream = (body: unknown): body is AsyncIterable<string> =>
  typeof body === "object" && body !== null && Symbol.asyncIterator in body;

/** Long answers are made while they are sent; whoever goes away in between gets no more of them. */
async function sendStream(response: Response, body: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(body), response);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === GONE)) throw error;
  }
}

const GONE = "ERR_STREAM_PREMATURE_CLOSE";

async function sendAnswer(response: Response, route: Route, answer: RawAnswer): Promise<void> {
  response.status(answer.status).set("Cache-Control", "no-store");
  const spec = route.responses[answer.status] ?? null;
  if (spec === null) {
    response.set(answer.headers ?? {}).end();
    return;
  }
  const type = isRawResponse(spec) ? spec.contentType : "application/json; charset=utf-8";
  const { body } = answer;
  response.set("Content-Type", type).set(answer.headers ?? {});
  if (isTextStream(body)) await sendStream(response, body);
  else if (typeof body === "string" || body instanceof Uint8Array) response.end(body);
  else response.end(JSON.stringify(body));
}

function sendProblem(response: Response, problem: HttpProblem): void {
  response.status(problem.status).set("Cache-Control", "no-store").set(problem.headers);
  response.set("Content-Type", PROBLEM_TYPE).end(JSON.stringify(problem.document()));
}

const NOTHING = new Uint8Array(0);

async function handle(route: Route, request: Request, bytes: Uint8Array): Promise<RawAnswer> {
  return route.handle({
    ownerId: ownerIdOf(request.headers),
    params: request.params,
    query: request.query,
    body: route.bodySchema === undefined ? undefined : await readJsonBody(request),
    bytes,
  });
}

async function handleBinary(
  route: Route,
  { maxBytes, admit }: BinaryBodySpec,
  request: Request,
): Promise<RawAnswer> {
  const release = admit(announcedBytes(request, maxBytes));
  try {
    return await handle(route, request, await readBinaryBody(request, maxBytes));
  } finally {
    release();
  }
}

function mount(app: Express, route: Route): void {
  const { binaryBody } = route;
  app[route.method](route.path, async (request: Request, response: Response) => {
    const answer =
      binaryBody === undefined
        ? handle(route, request, NOTHING)
        : handleBinary(route, binaryBody, request);
    await sendAnswer(response, route, await answer);
  });
}

const parameters = (path: string) => path.split(":").length;

/** Routes by path, fixed paths before those with parameters. */
function byPath(routes: readonly Route[]): [string, Route[]][] {
  const groups = Map.groupBy(routes, (route) => route.path);
  return [...groups].sort(([a], [b]) => parameters(a) - parameters(b));
}

function mountAll(app: Express, routes: readonly Route[]): void {
  for (const [path, group] of byPath(routes)) {
    for (const route of group) mount(app, route);
    const methods = group.flatMap(({ method }) => (method === "get" ? ["GET", "HEAD"] : [method]));
    const allow = [...new Set([...methods, "OPTIONS"].map((name) => name.toUpperCase()))].join(
      ", ",
    );
    app.all(path, (request, response) => {
      if (request.method !== "OPTIONS") {
        const detail = `${request.method} is not possible here.`;
        throw new HttpProblem(405, detail, [], { Allow: allow });
      }
      response.set("Allow", allow).status(204).end();
    });
  }
}

function checkPath(path: string): void {
  try {
    decodeURIComponent(path);
  } catch {
    throw badRequest("The path contains an invalid percent-encoding.");
  }
}

function guard(allowsHost: AppOptions["allowsHost"]) {
  return (request: Request, response: Response, next: NextFunction) => {
    response.set(securityHeaders);
    checkRequest(request, allowsHost);
    checkPath(request.path);
    next();
  };
}

/** Problems thrown by express itself (`send`, the router) carry a status below 500. */
function asProblem(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  const status: unknown = error instanceof Error && "status" in error ? error.status : undefined;
  if (typeof status !== "number" || status < 400 || status > 499) return undefined;
  return new HttpProblem(status, "The request cannot be answered.");
}

function answerErrors({ outage, logger }: Pick<AppOptions, "outage" | "logger">) {
  const handler: ErrorRequestHandler = async (error: unknown, request, response, _next) => {
    const known = asProblem(error);
    const { method, path } = request;
    if (known === undefined) logger.error({ err: error, method, path }, "request failed");
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const problem = known ?? (await outage());
    sendProblem(response, problem ?? new HttpProblem(500, "Something went wrong; see the log."));
  };
  return handler;
}

/** The routes and files as an express app that answers every failure with a problem document. */
export function createApp(options: AppOptions): Express {
  const { routes, files, allowsHost } = options;
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use(guard(allowsHost));
  mountAll(app, routes);
  for (const add of files) add(app);
  app.use((request) => {
    throw new HttpProblem(404, `There is nothing at ${request.path.slice(0, 200)}.`);
  });
  app.use(answerErrors(options));
  return app;
}
