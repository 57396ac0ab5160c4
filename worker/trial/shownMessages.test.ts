import { gzipSync } from "node:zlib";
import type { TemplateEnvironment } from "@onrush/shared/template/compileTemplate.ts";
import { describe, expect, test } from "vitest";
import { StepLanguage } from "../steps/stepLanguage.ts";
import { SecretValues } from "./secretValues.ts";
import { noteSecrets, SHOWN_CHARS, shownBody, shownHeaders } from "./shownMessages.ts";

const language = () => new StepLanguage({ data: {}, dataSeed: 1, seed: 1 });
const secretsOf = (texts: string[], environment: TemplateEnvironment = language().environment) =>
  new SecretValues(texts, environment);
const shown = (text: string, secrets: SecretValues) => {
  const bytes = Buffer.from(text);
  return shownBody(bytes, bytes.length, [], secrets).text;
};

describe("secrets", () => {
  test("are hidden however they are written", () => {
    const secrets = secretsOf(['p"w ö']);
    const forms = ['p"w ö', 'p\\"w ö', "p%22w%20%C3%B6", "p%22w+%C3%B6", "cCJ3IMO2"];
    for (const form of forms) expect(shown(`a ${form} b`, secrets)).toBe("a *** b");
  });

  test("of templates are what they give, from when it is known", () => {
    const own = language();
    const secrets = secretsOf(["id {{vars.token}}"], own.environment);
    const variables: string[] = [];
    variables[own.variable("token")] = "t-77";
    secrets.render({ arrival: 0, user: 0, variables });
    expect(shown("<id t-77>", secrets)).toBe("<***>");
  });

  test("that were sent in headers are hidden in answers, too", () => {
    const secrets = secretsOf([]);
    const headers: [string, string][] = [
      ["Authorization", "Bearer abc"],
      ["x-plain", "abc"],
      ["set-cookie", "sid=0123456789; Path=/"],
    ];
    noteSecrets(headers, secrets);
    expect(shownHeaders(headers, secrets)).toEqual([
      ["Authorization", "Bearer ***"],
      ["x-plain", "***"],
      ["set-cookie", "sid=***; Path=/"],
    ]);
    expect(shown('{"had":"abc","sid":"0123456789"}', secrets)).toBe('{"had":"***","sid":"***"}');
  });

  test("leave nothing of themselves where a body is cut", () => {
    const secrets = secretsOf(["secret-1"]);
    const text = shown(`${"x".repeat(SHOWN_CHARS - 2)}secret-1`, secrets);
    expect(text).toBe(`${"x".repeat(SHOWN_CHARS - 2)}**`);
  });
});

describe("bodies", () => {
  const none = secretsOf([]);

  test("are shown without their content coding", () => {
    const packed = gzipSync("hello");
    const body = shownBody(packed, packed.length, [["Content-Encoding", "gzip"]], none);
    expect(body).toEqual({ bytes: packed.length, text: "hello", isText: true, isCut: false });
  });

  test("say when they are no text, and when they are cut", () => {
    expect(shownBody(Buffer.from([0xff, 0x41]), 2, [], none)).toMatchObject({ isText: false });
    const long = Buffer.from("é".repeat(SHOWN_CHARS * 3));
    const body = shownBody(long, long.length, [], none);
    expect(body).toMatchObject({ bytes: long.length, isText: true, isCut: true });
    expect(body.text).toHaveLength(SHOWN_CHARS);
  });
});
