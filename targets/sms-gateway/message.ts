const MAX_TEXT_LENGTH = 1_600;

/** With an optional +, 5 to 15 digits (E.164 allows 15). */
const phone = /^\+?\d{5,15}$/;
const separators = /[ ().-]/g;

export type MessageProblem = "notJson" | "notPhone" | "badText";

/** What is wrong with a send request's body, or undefined when it is a message. */
export function messageProblem(body: Buffer): MessageProblem | undefined {
  let message: unknown;
  try {
    message = JSON.parse(body.toString());
  } catch {
    return "notJson";
  }
  if (typeof message !== "object" || message === null || Array.isArray(message)) return "notJson";
  const { to, text } = message as { to?: unknown; text?: unknown };
  if (typeof to !== "string" || !isPhone(to)) return "notPhone";
  if (typeof text !== "string" || text === "" || text.length > MAX_TEXT_LENGTH) return "badText";
  return undefined;
}

function isPhone(text: string): boolean {
  return phone.test(text) || (text.length <= 32 && phone.test(text.replace(separators, "")));
}
