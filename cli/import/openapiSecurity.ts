import { isObject, listOf, objectOf, textOf } from "./raw.ts";
import type { Note } from "./imported.ts";
import type { References } from "./references.ts";
import type { Credentials, FormField } from "./sourceRequest.ts";

/** Where a credential goes, with a variable of the environment in its place. */
interface Security {
  headers: FormField[];
  query: FormField[];
  auth?: Credentials;
}

const cookie = (name: string): FormField => ({ name: "Cookie", value: `${name}=\${API_KEY}` });

function addScheme(scheme: Record<string, unknown>, into: Security): string | undefined {
  const bearer = { bearer: "${TOKEN}" };
  switch (scheme["type"]) {
    case "http":
      if (String(scheme["scheme"]).toLowerCase() === "bearer") into.auth = bearer;
      else if (String(scheme["scheme"]).toLowerCase() === "basic") {
        into.auth = { basic: { user: "${USERNAME}", password: "${PASSWORD}" } };
      } else return `HTTP authentication "${String(scheme["scheme"])}" has no counterpart`;
      return undefined;
    case "apiKey": {
      const name = textOf(scheme["name"]) ?? "api_key";
      if (scheme["in"] === "query") into.query.push({ name, value: "${API_KEY}" });
      else if (scheme["in"] === "cookie") into.headers.push(cookie(name));
      else into.headers.push({ name, value: "${API_KEY}" });
      return undefined;
    }
    case "oauth2":
    case "openIdConnect":
      into.auth = bearer;
      return `${scheme["type"]} is not performed: a token is to be given as \${TOKEN}`;
    default:
      return `security of type ${String(scheme["type"])} has no counterpart`;
  }
}

/** What the first of the accepted ways to authenticate asks for. */
export function credentialsOf(
  security: unknown,
  schemes: unknown,
  references: References,
  note: (note: Note) => void,
): Security {
  const into: Security = { headers: [], query: [] };
  const ways = listOf(security).filter(isObject);
  // An empty way among others means that it may be left out; the first real one is taken.
  const way = ways.find((one) => Object.keys(one).length > 0);
  for (const name of Object.keys(way ?? {})) {
    const message = addScheme(references.resolve(objectOf(schemes)[name]), into);
    if (message !== undefined) note({ where: `securitySchemes.${name}`, message });
  }
  return into;
}
