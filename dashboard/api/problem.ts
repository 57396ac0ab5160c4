import { problemSchema, type ProblemDocument } from "@onrush/shared/api/problem.ts";

/** A request the controller refused, or that never reached it (`status` 0). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly problem: ProblemDocument;

  constructor(problem: ProblemDocument) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** The problem document of an error answer; anything else is described as well as can be. */
export function toProblem(status: number, body: unknown): ProblemDocument {
  const parsed = problemSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  return { type: "about:blank", title: `The controller answered ${status}`, status };
}

export const unreachable: ProblemDocument = {
  type: "about:blank",
  title: "The controller does not answer",
  status: 0,
  detail: "The controller does not answer. Is it running?",
};

export const notUnderstood: ProblemDocument = {
  type: "about:blank",
  title: "The controller's answer was not understood",
  status: 0,
  detail: "The controller's answer was not understood. Are dashboard and controller one version?",
};
