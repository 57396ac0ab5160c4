import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compileTemplate,
  renderText,
  type TemplateEnvironment,
  valueText,
} from "./compileTemplate.ts";
import { encodeForHeader, encodeForUrl } from "./encodings.ts";
import { compileJson } from "./jsonTemplate.ts";
import { parseTemplate, segmentsOf } from "./parseTemplate.ts";
import type { Subject } from "./render.ts";
import { compilePath, urlProblem } from "./urlTemplate.ts";

function environment(change: Partial<TemplateEnvironment> = {}): TemplateEnvironment {
  let place = 0;
  return {
    seed: 1,
    nowMs: () => 1_700_000_000_000,
    data: (set, field) => valueText(({ arrival }) => `${set}.${field}#${arrival}`),
    variable: (name) => Number(name.slice(1)),
    base64: (text) => `b(${text})`,
    sha256: (text) => `s(${text})`,
    hmac: (key, text) => `h(${key},${text})`,
    nextPlace: () => place++,
    ...change,
  };
}

const subject = (change: Partial<Subject> = {}): Subject => ({
  ...{ arrival: 7, user: 3, variables: ["first", "second"] },
  ...change,
});

const render = (text: string, change: Partial<Subject> = {}) =>
  renderText(compileTemplate(segmentsOf(text), environment()), subject(change));

describe("a template", () => {
  test.each([
    ["nothing in it", "nothing in it"],
    ["{{iteration}}", "7"],
    ["a{{ iteration }}b{{user}}c", "a7b3c"],
    ["{{timestamp}}", "1700000000000"],
    ["{{data.users.apiKey}}", "users.apiKey#7"],
    ["{{vars.v1}}-{{vars.v0}}", "second-first"],
    ["{{vars.v9}}", ""],
    ['{{base64 "user:" vars.v0}}', "b(user:first)"],
    ["{{sha256 data.a.b iteration 'x y'}}", "s(a.b#77x y)"],
    ['{{hmac "key" timestamp "." vars.v1}}', "h(key,1700000000000.second)"],
    ['{{"{{"}} and }}', "{{ and }}"],
    [String.raw`{{"a \"b\" \\ \n"}}`, 'a "b" \\ \n'],
    ["{{randomInt 5 5}}", "5"],
  ])("%s", (text, wanted) => expect(render(text)).toBe(wanted));

  test.each<[string, number, RegExp]>([
    ["a {{uuid", 3, /without "}}"/],
    ["{{}}", 1, /empty/],
    ["{{uuidd}}", 3, /did you mean "uuid"/],
    ["{{ iteraton }}", 4, /did you mean "iteration"/],
    ["{{zzzzzz}}", 3, /known: uuid/],
    ["x{{data.users}}", 4, /data\.<set>\.<field>/],
    ["{{vars.a.b}}", 3, /vars\.<name>/],
    ["{{randomInt 10 1}}", 3, /the smaller first/],
    ["{{randomInt 1}}", 3, /two whole numbers/],
    ["{{randomInt 1.5 2}}", 3, /two whole numbers/],
    ["{{uuid 1}}", 3, /takes no arguments/],
    ["{{vars.a 1}}", 3, /takes no arguments/],
    ["{{sha256}}", 3, /at least one/],
    ["{{hmac 'k'}}", 3, /a key and/],
    ["{{base64 randomInt}}", 10, /two whole numbers/],
    ['{{base64 "abc}}', 10, /quote/],
    ["{{a+b}}", 3, /neither a name nor a number/],
    ["{{constructor}}", 3, /unknown name/],
  ])("%s is refused at column %i", (text, column, message) => {
    const parsed = parseTemplate(text);
    expect(parsed).toMatchObject({ ok: false, column });
    expect(parsed.ok ? "" : parsed.message).toMatch(message);
  });

  test("renders as replacing each expression by its value would", () => {
    const values: Record<string, string> = {
      "{{iteration}}": "7",
      "{{user}}": "3",
      "{{vars.v0}}": "first",
      "{{data.a.b}}": "a.b#7",
    };
    const literal = fc.string().filter((text) => !text.includes("{"));
    const piece = fc.oneof(literal, fc.constantFrom(...Object.keys(values)));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join("");
        const wanted = text.replaceAll(/\{\{.*?\}\}/g, (found) => values[found] ?? "?");
        expect(render(text)).toBe(wanted);
      }),
    );
  });

  test("random values are the same for the same arrival and place, and others otherwise", () => {
    const text = "{{uuid}} {{uuid}} {{randomInt 0 1000000}}";
    expect(render(text)).toBe(render(text));
    const [a, b] = render(text).split(" ");
    expect(a).not.toBe(b);
    expect(render(text, { arrival: 8 })).not.toContain(a as string);
    expect(a).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  test("random values are others each time a repeat begins again", () => {
    const text = "{{uuid}} {{randomInt 0 1000000}}";
    const turns = Array.from({ length: 100 }, (_, turn) => render(text, { turn }));
    expect(new Set(turns.map((one) => one.split(" ")[0])).size).toBe(100);
    expect(new Set(turns.map((one) => one.split(" ")[1])).size).toBeGreaterThan(95);
    expect(render(text, { turn: 42 })).toBe(turns[42]);
    expect(render(text)).toBe(turns[0]);
  });

  test("a uuid is never given twice, and randomInt reaches both its ends", () => {
    const template = compileTemplate(segmentsOf("{{uuid}} {{randomInt 1 10}}"), environment());
    const all = Array.from({ length: 20_000 }, (_, arrival) =>
      renderText(template, subject({ arrival })).split(" "),
    );
    expect(new Set(all.map(([uuid]) => uuid)).size).toBe(all.length);
    const numbers = new Set(all.map(([, number]) => Number(number)));
    expect([...numbers].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

describe("in a JSON body", () => {
  const json = (document: unknown, value = "") => {
    const env = environment({ data: () => valueText(() => value) });
    return renderText(
      compileJson(document, env, (set) => set === "bare"),
      subject(),
    );
  };

  test("whatever a value is, the body is JSON and the value arrives", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const body = json({ "{{data.a.b}}": ["x{{data.a.b}}y", { z: "{{data.a.b}}" }] }, value);
        expect(JSON.parse(body)).toEqual({ [value]: [`x${value}y`, { z: value }] });
      }),
    );
  });

  test("a document without templates is what JSON.stringify makes of it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        fc.pre(!JSON.stringify(document).includes("{{"));
        expect(json(document)).toBe(JSON.stringify(document));
      }),
    );
  });

  test("a string of nothing but a number becomes the number, any other stays a string", () => {
    const document = { a: "{{iteration}}", b: "n{{iteration}}", c: "{{data.bare.x}}" };
    expect(json(document, "true")).toBe('{"a":7,"b":"n7","c":true}');
    expect(json({ "{{iteration}}": "{{vars.v0}}" })).toBe('{"7":"first"}');
  });
});

describe("in a URL", () => {
  const path = (url: string, value: string) =>
    renderText(compilePath(url, environment({ data: () => valueText(() => value) })), subject());

  test("values are percent-encoded in path and query", () => {
    const url = "http://h/a/{{data.a.b}}?q={{data.a.b}}&n={{iteration}}#{{user}}";
    expect(path(url, "x/ü &=?#")).toBe(
      "/a/x%2F%C3%BC%20%26%3D%3F%23?q=x%2F%C3%BC%20%26%3D%3F%23&n=7",
    );
    expect(path("http://h/template0z/{{data.a.b}}", "v")).toBe("/template0z/v");
  });

  test("a value comes back from the URL as it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (value) => {
        const url = new URL(`http://h${path("http://h/?q={{data.a.b}}", value)}`);
        expect(url.searchParams.get("q")).toBe(value.toWellFormed());
      }),
    );
    expect(encodeForUrl("\ud800")).toBe("%EF%BF%BD");
  });

  test.each([
    ["http://h/{{uuid}}", undefined],
    ["http://h:80?x={{uuid}}", undefined],
    ["http://{{vars.host}}/", /not in scheme or host/],
    ["http://h:{{vars.port}}/", /full http/],
    ["http://a{{uuid}}.example/", /not in scheme or host/],
    ["http://user{{uuid}}@h/", /Authorization/],
    ["{{vars.base}}/path", /must begin with/],
    ["ftp://h/", /full http/],
  ])("%s", (url, wanted) => {
    if (wanted === undefined) expect(urlProblem(url)).toBeUndefined();
    else expect(urlProblem(url)).toMatch(wanted);
  });
});

test("a value cannot end its header: what a header may not contain is left out", () => {
  expect(encodeForHeader("a\r\nx-evil: 1\0\u007fb\u20acc\tü")).toBe("ax-evil: 1bc\tü");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      expect(encodeForHeader(value)).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
    }),
  );
});
