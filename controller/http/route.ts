import type { listOf } from "@onrush/shared/api/scenarioApi.ts";
import { zodProblems } from "@onrush/shared/scenario/problems.ts";
import type { Problem } from "@onrush/shared/scenario/problems.ts";
import { badRequest } from "./httpProblem.ts";

/**
 * Routes as data. A feature exports a list of them; `createApp.ts` makes the list answer HTTP and
 * `openapi.ts` describes the same list, so the two cannot drift apart.
 */

/** Any zod schema (zod itself belongs to `shared`). */
export type Schema = Parameters<typeof listOf>[0];
export type OutputOf<S extends Schema> = S["_zod"]["output"];

export type Method = "get" | "head" | "put" | "post" | "delete";

/** An answer whose shape is given as plain JSON Schema: text, or JSON without a zod schema. */
export interface RawResponse<T> {
  contentType: string;
  description: string;
  jsonSchema: Record<string, unknown>;
  /** Other content types the same answer may have, by a header that the handler sets. */
  alternatives?: readonly string[];
  /** Carries the type of the body only; never set. */
  readonly bodyType?: T;
}

/** null means an answer without a body. */
export type ResponseSpec = Schema | RawResponse<unknown> | null;
export type Responses = Record<number, ResponseSpec>;

type BodyOf<R extends ResponseSpec> =
  R extends RawResponse<infer T> ? T : R extends Schema ? OutputOf<R> : undefined;

type AnswerOf<R extends Responses> = {
  [S in keyof R & number]: R[S] extends null
    ? { status: S; body?: undefined; headers?: Record<string, string> }
    : { status: S; body: BodyOf<R[S]>; headers?: Record<string, string> };
}[keyof R & number];

export type Parsed<T> = { ok: true; value: T } | { ok: false; problems: readonly Problem[] };

/** A JSON body: how it is described, and how it is parsed with all problems reported. */
export interface BodySpec<T> {
  schema: Schema;
  parse(raw: unknown): Parsed<T> | Promise<Parsed<T>>;
}

/** A body that is taken as it comes. */
export interface BinaryBodySpec {
  contentType: string;
  maxBytes: number;
  /**
   * Asked before a body of at most so many bytes is read; may throw `HttpProblem`. What it answers
   * is called when the request has been handled.
   */
  admit(bytes: number): () => void;
}

export interface RouteRequest<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  /** Of a route with a `binaryBody`, else none. */
  bytes: Uint8Array;
  /** Who asks: `X-User-Id`, or `anonymous`. */
  ownerId: string;
}

export interface RouteSpec<P extends Schema, Q extends Schema, B, R extends Responses> {
  method: Method;
  /** Express form: `/api/v1/runs/:id`. */
  path: string;
  summary: string;
  description?: string;
  tags: readonly string[];
  params?: P;
  query?: Q;
  body?: BodySpec<B>;
  /** Instead of `body`; the handler gets it as `bytes`. */
  binaryBody?: BinaryBodySpec;
  responses: R;
  /** Statuses answered with a problem document, beyond those every route of this shape has. */
  problems?: readonly number[];
  handle(request: RouteRequest<OutputOf<P>, OutputOf<Q>, B>): Promise<AnswerOf<NoInfer<R>>>;
}

export interface RawRequest {
  params: unknown;
  query: unknown;
  body: unknown;
  bytes: Uint8Array;
  ownerId: string;
}

export interface RawAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A route with its types erased: it parses what it is given and may throw `HttpProblem`. */
export interface Route {
  method: Method;
  path: string;
  summary: string;
  description?: string;
  tags: readonly string[];
  params?: Schema;
  query?: Schema;
  bodySchema?: Schema;
  binaryBody?: BinaryBodySpec;
  responses: Responses;
  problems: readonly number[];
  handle(request: RawRequest): Promise<RawAnswer>;
}

function parseWith<S extends Schema>(schema: S | undefined, raw: unknown, what: string) {
  if (schema === undefined) return undefined as OutputOf<S>;
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data as OutputOf<S>;
  throw badRequest(`The ${what} is not valid.`, zodProblems(parsed.error, raw));
}

async function parseBody<B>(spec: BodySpec<B> | undefined, raw: unknown): Promise<B> {
  if (spec === undefined) return undefined as B;
  const parsed = await spec.parse(raw);
  if (parsed.ok) return parsed.value;
  throw badRequest("The document is not valid.", parsed.problems);
}

/** Makes a route of a typed description; the handler sees only parsed values. */
export function route<
  R extends Responses,
  P extends Schema = Schema,
  Q extends Schema = Schema,
  B = undefined,
>(spec: RouteSpec<P, Q, B, R>): Route {
  const { method, path, summary, tags, responses } = spec;
  return {
    ...{ method, path, summary, tags, responses },
    problems: spec.problems ?? [],
    ...(spec.description === undefined ? {} : { description: spec.description }),
    ...(spec.params === undefined ? {} : { params: spec.params }),
    ...(spec.query === undefined ? {} : { query: spec.query }),
    ...(spec.body === undefined ? {} : { bodySchema: spec.body.schema }),
    ...(spec.binaryBody === undefined ? {} : { binaryBody: spec.binaryBody }),
    handle: async (raw) =>
      spec.handle({
        params: parseWith(spec.params, raw.params, "path"),
        query: parseWith(spec.query, raw.query, "query"),
        body: await parseBody(spec.body, raw.body),
        bytes: raw.bytes,
        ownerId: raw.ownerId,
      }),
  };
}

export function isRawResponse(spec: ResponseSpec): spec is RawResponse<unknown> {
  return spec !== null && "contentType" in spec;
}
