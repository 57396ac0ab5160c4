/** One setting of a target: `name` in camel case (the command line writes it in kebab case). */
export interface TargetOption {
  name: string;
  description: string;
  default: number | string;
  kind: "number" | "string";
  /** Numbers only: inclusive bounds. */
  min?: number;
  max?: number;
  /** Numbers only: no fraction allowed. */
  integer?: boolean;
}

/**
 * Where to listen and the values of the target's own options. A number may also arrive as its
 * decimal text, as the command line has it. What is left out takes its default.
 */
export interface StartOptions {
  /** Default 127.0.0.1. */
  host?: string | undefined;
  /** Default the definition's `defaultPort`; 0 takes a free port. */
  port?: number | string | undefined;
  [option: string]: number | string | undefined;
}

export interface RunningTarget {
  /** `http://host:port`, without a trailing slash. */
  url: string;
  port: number;
  /** Closes idle and active connections; resolves when the port is free. May be called again. */
  stop(): Promise<void>;
}

export interface TargetDefinition {
  name: string;
  description: string;
  defaultPort: number;
  options: readonly TargetOption[];
  /** Rejects with a TargetError. */
  start(options: StartOptions): Promise<RunningTarget>;
}
