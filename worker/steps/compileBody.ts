import type { Fields, Part } from "@onrush/shared/scenario/requestFields.ts";
import type { Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import {
  compileTemplate,
  encodeText,
  joinParts,
  type Text,
} from "@onrush/shared/template/compileTemplate.ts";
import type { Render } from "@onrush/shared/template/render.ts";
import { encodeForForm, encodeForPart, encodeForUrl } from "@onrush/shared/template/encodings.ts";
import { compileJson } from "@onrush/shared/template/jsonTemplate.ts";
import { segmentsOf } from "@onrush/shared/template/parseTemplate.ts";
import { hash32 } from "@onrush/shared/random/hashRandom.ts";
import type { BodyTemplate } from "../protocols/http/httpRequest.ts";
import type { StepLanguage } from "./stepLanguage.ts";

export interface CompiledBody {
  /** Sent unless the step names one; null leaves it to the target to guess. */
  contentType: string | null;
  text: Uint8Array | BodyTemplate;
}

const encoder = new TextEncoder();
const fixed = (text: Text) => (typeof text === "string" ? encoder.encode(text) : text);

function pairsOf(fields: Fields): [name: string, value: string][] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? value : [value];
    return values.map((one): [string, string] => [name, String(one)]);
  });
}

/** `a=1&a=2&b=3`, each name and value encoded. */
function compileFields(
  fields: Fields,
  { environment }: StepLanguage,
  encode: (value: string) => string,
): Text {
  const encoded = (text: string) =>
    encodeText(compileTemplate(segmentsOf(text), environment), encode);
  const parts = pairsOf(fields).flatMap(([name, value], i) => [
    ...(i === 0 ? [] : ["&"]),
    ...[encoded(name), "=", encoded(value)],
  ]);
  return joinParts(parts);
}

/** Path and query with `query` behind them. */
export function withQuery(path: Text, query: Step["query"], language: StepLanguage): Text {
  if (query === undefined || pairsOf(query).length === 0) return path;
  const begin = typeof path === "string" ? path : path.literals.join("");
  const separator = begin.includes("?") ? (/[?&]$/.test(begin) ? "" : "&") : "?";
  return joinParts([path, separator, compileFields(query, language, encodeForUrl)]);
}

/** 128 bits that no part is going to contain; the same for the same scenario. */
function boundaryOf({ environment }: StepLanguage): string {
  const words = [0, 1, 2, 3].map((i) => hash32(environment.seed, BOUNDARY_STREAM, i));
  return `onrush-${words.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("")}`;
}

const BOUNDARY_STREAM = 0x6d70;

function partOf(part: Part, language: StepLanguage): (Text | Uint8Array)[] {
  const { environment } = language;
  const compile = (text: string) => compileTemplate(segmentsOf(text), environment);
  const quoted = (text: string) =>
    encodeText(compileTemplate(segmentsOf(text), environment), encodeForPart);
  const { name, value, file, contentType } = part;
  const filename = part.filename ?? file?.split("/").at(-1);
  const type = contentType ?? (file === undefined ? undefined : "application/octet-stream");
  return [
    'Content-Disposition: form-data; name="',
    quoted(name),
    ...(filename === undefined ? [] : ['"; filename="', quoted(filename)]),
    '"\r\n',
    ...(type === undefined ? [] : [`Content-Type: ${type}\r\n`]),
    "\r\n",
    file === undefined ? compile(String(value)) : language.contents(file),
    "\r\n",
  ];
}

function multipartBody(parts: readonly Part[], language: StepLanguage): CompiledBody {
  const boundary = boundaryOf(language);
  const texts = parts.flatMap((part) => [`--${boundary}\r\n`, ...partOf(part, language)]);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    text: joinBytes([...texts, `--${boundary}--\r\n`]),
  };
}

/** Puts texts and bytes one behind the other. */
function joinBytes(parts: readonly (Text | Uint8Array)[]): Uint8Array | BodyTemplate {
  const literals: Uint8Array[] = [];
  const values: Render[] = [];
  let open: Uint8Array[] = [];
  for (const part of parts) {
    if (part instanceof Uint8Array) open.push(part);
    else if (typeof part === "string") open.push(encoder.encode(part));
    else {
      part.values.forEach((value, i) => {
        literals.push(Buffer.concat([...open, encoder.encode(part.literals[i])]));
        values.push(value);
        open = [];
      });
      open.push(encoder.encode(part.literals.at(-1)));
    }
  }
  literals.push(Buffer.concat(open));
  return values.length === 0 ? (literals[0] as Uint8Array) : { literals, values };
}

/** The body of a step; null when it has none. */
export function compileBody(step: Step, language: StepLanguage): CompiledBody | null {
  const { body, form, multipart, bodyFile } = step;
  const { environment, isBareField } = language;
  if (form !== undefined) {
    const text = compileFields(form, language, encodeForForm);
    return { contentType: "application/x-www-form-urlencoded", text: fixed(text) };
  }
  if (multipart !== undefined) return multipartBody(multipart, language);
  if (bodyFile !== undefined) {
    return { contentType: "application/octet-stream", text: language.contents(bodyFile) };
  }
  if (body === undefined) return null;
  if (typeof body === "string") {
    return { contentType: null, text: fixed(compileTemplate(segmentsOf(body), environment)) };
  }
  const text = compileJson(body, environment, isBareField);
  return { contentType: "application/json", text: fixed(text) };
}
