/** How HTTP is spoken, everything filled in. Apart from its schema: engine threads do not load zod. */
export interface HttpOptions {
  version: "1.1" | "2";
  proxy: string | null;
  /** Redirects that one request follows at most. */
  maxRedirects: number;
}

export const plainHttp: HttpOptions = { version: "1.1", proxy: null, maxRedirects: 0 };

/** Which of these the raw transport does not have; empty when it has all that is asked for. */
export function beyondRaw({ version, proxy, maxRedirects }: HttpOptions): string[] {
  return [
    ...(version === "2" ? ["version"] : []),
    ...(proxy === null ? [] : ["proxy"]),
    ...(maxRedirects > 0 ? ["maxRedirects"] : []),
  ];
}
