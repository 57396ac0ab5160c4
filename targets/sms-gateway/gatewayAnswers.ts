import { randomUUID } from "node:crypto";
import type { Answer } from "../answer.ts";
import { jsonAnswer, methodNotAllowed, problemAnswer } from "../answer.ts";
import type { Plan } from "./accounts.ts";
import type { MessageProblem } from "./message.ts";

export const MAX_BODY_BYTES = 65_536;

const priorities = { free: "low", pro: "normal", enterprise: "high" } as const;

const bad = (detail: string) => problemAnswer(400, "Bad Request", detail);

export const badMessage: Record<MessageProblem, Answer> = {
  notJson: bad('Send a JSON object like {"to": "+14155550100", "text": "Hello"}.'),
  notPhone: bad('Give "to" as a phone number with 5 to 15 digits.'),
  badText: bad('Give "text" as a string of 1 to 1600 characters.'),
};

export const answers = {
  unauthorized: problemAnswer(
    401,
    "Unauthorized",
    "Send X-Api-Key (free-key, pro-key or enterprise-key) and X-Auth-User-Id, a positive number or <plan>-<number> of the key's plan.",
  ),
  noBalance: problemAnswer(402, "Payment Required", "The balance of this user is empty."),
  tooLarge: problemAnswer(413, "Content Too Large", "Send a body of at most 64 KB."),
  failed: problemAnswer(500, "Internal Server Error", "A failure as configured by errorRate."),
  tooManyUsers: problemAnswer(503, "Service Unavailable", "Use fewer user ids, or restart."),
  notFound: problemAnswer(
    404,
    "Not Found",
    "Use /v1/sms/send, /v1/sms/balance, /stats, /stats/reset or /health.",
  ),
  health: jsonAnswer(200, { status: "ok" }),
  get: methodNotAllowed("GET"),
  post: methodNotAllowed("POST"),
};

/**
 * Writes the 202 answers. Message ids look like UUIDs and differ only in their last 12 digits, a
 * counter, so every answer of a plan has the same length and the same ready headers.
 */
export class AcceptedAnswers {
  readonly #idPrefix = randomUUID().slice(0, 24);
  readonly #templates = {
    free: this.#template("free"),
    pro: this.#template("pro"),
    enterprise: this.#template("enterprise"),
  };
  #messages = 0;

  next(plan: Plan): Answer {
    const { headers, before, after } = this.#templates[plan];
    const id = (this.#messages++).toString(16).padStart(12, "0");
    return { status: 202, headers, body: before + id + after };
  }

  #template(plan: Plan) {
    const before = `{"messageId":"${this.#idPrefix}`;
    const after = `","status":"queued","priority":"${priorities[plan]}"}`;
    const length = String(before.length + 12 + after.length);
    const headers = ["Content-Type", "application/json", "Content-Length", length];
    return { headers, before, after };
  }
}
