/** Where a service that a test suite may use came from. */
export type ServiceOrigin = "environment" | "default port" | "started";

/** `stop` ends what was started here and is a no-op for a server that was found running. */
export type RunningService = {
  readonly available: true;
  readonly url: string;
  readonly origin: ServiceOrigin;
  stop(): Promise<void>;
};

export type UnavailableService = { readonly available: false; readonly reason: string };

export type Service = RunningService | UnavailableService;

export function unavailable(reason: string): UnavailableService {
  return { available: false, reason };
}

/** A server that somebody else runs: using it must not end it. */
export function foundService(url: string, origin: "environment" | "default port"): RunningService {
  return { available: true, url, origin, stop: () => Promise.resolve() };
}

/** The line a skipped suite leaves behind, on one line whatever the tool printed. */
export function describeUnavailable(name: string, service: { readonly reason: string }): string {
  return `${name} is unavailable: ${service.reason.replaceAll(/\s+/g, " ").trim()}`;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
