import { ApiError, notUnderstood, toProblem, unreachable } from "./problem.ts";

export const API = "/api/v1";

/** The part of a zod schema the dashboard needs. */
export interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

interface Call {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
}

async function send(path: string, { method = "GET", body, signal }: Call): Promise<Response> {
  const init: RequestInit = { method, headers: { accept: "application/json" } };
  if (signal !== undefined) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { accept: "application/json", "content-type": "application/json" };
  }
  try {
    return await fetch(path, init);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(unreachable);
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

/** Calls the controller and checks its answer against the contract. Throws ApiError. */
export async function request<T>(path: string, schema: Schema<T>, call: Call = {}): Promise<T> {
  const response = await send(path, call);
  const body = await readJson(response);
  if (!response.ok) throw new ApiError(toProblem(response.status, body));
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new ApiError(notUnderstood);
  return parsed.data;
}

/** Like `request`, for calls whose answer does not matter. */
export async function command(path: string, call: Call): Promise<void> {
  const response = await send(path, call);
  if (!response.ok) throw new ApiError(toProblem(response.status, await readJson(response)));
}
