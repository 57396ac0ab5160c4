/**
 * Every error a target raises at its owner, by stable code:
 * - `BAD_OPTIONS`: an option is unknown or out of range; the message lists every problem.
 * - `ADDRESS_IN_USE`: something else listens on the port.
 * - `LISTEN_FAILED`: the address cannot be listened on for another reason (in `cause`).
 */
type TargetErrorCode = "BAD_OPTIONS" | "ADDRESS_IN_USE" | "LISTEN_FAILED";

export class TargetError extends Error {
  readonly code: TargetErrorCode;

  constructor(code: TargetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "TargetError";
    this.code = code;
  }
}
