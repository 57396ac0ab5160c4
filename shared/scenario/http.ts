import { z } from "zod";
import { type HttpOptions, plainHttp } from "./httpOptions.ts";

/** How HTTP is spoken: what a scenario, or one of its workloads, may ask for. */

export const MAX_REDIRECTS = 20;

const proxySchema = z
  .string()
  .max(2_048)
  .refine(isProxyUrl, "must be http://host:port, with user:password@ before the host if need be")
  .meta({
    description:
      "Requests to http:// targets are forwarded by it, those to https:// targets go through a CONNECT tunnel. Credentials before the host are sent to the proxy alone; no answer of the API shows them.",
  });

export const httpSchema = z
  .strictObject({
    version: z.enum(["1.1", "2"], { error: 'version is "1.1" or "2"' }).default("1.1").meta({
      description:
        "2 speaks HTTP/2 over TLS: a connection carries up to 100 requests at once, and a target that does not offer it fails the requests.",
    }),
    proxy: proxySchema.optional(),
    maxRedirects: z
      .int()
      .min(0)
      .max(MAX_REDIRECTS)
      .default(0)
      .meta({ description: "Redirects that one request follows at most; 0 follows none." }),
  })
  .meta({ description: "HTTP version, proxy and redirects." });

/** What a task says of it, everything filled in. */
export const taskHttpSchema = z.object({
  version: z.enum(["1.1", "2"]),
  proxy: z.string().nullable(),
  maxRedirects: z.int().min(0).max(MAX_REDIRECTS),
});

export function httpOptionsOf(field: z.infer<typeof httpSchema> | undefined): HttpOptions {
  if (field === undefined) return plainHttp;
  const { version, proxy, maxRedirects } = field;
  return { version, proxy: proxy ?? null, maxRedirects };
}

function isProxyUrl(text: string): boolean {
  if (!/^http:\/\/[^/\\?#]+\/?$/i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return [username, password].every((part) => {
    try {
      return !/[\r\n]/.test(decodeURIComponent(part));
    } catch {
      return false;
    }
  });
}
