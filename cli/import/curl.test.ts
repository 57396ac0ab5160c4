import type { StepInput } from "@onrush/shared/scenario/scenarioSchema.ts";
import { describe, expect, test } from "vitest";
import { importCurl } from "./curl.ts";
import { checkImported } from "./importSource.ts";
import { plainSteps } from "./nestSteps.ts";

function imported(text: string) {
  const { scenario, left } = importCurl(text);
  const parsed = checkImported(scenario);
  expect(parsed.ok ? [] : parsed.problems).toEqual([]);
  const [step] = plainSteps(scenario.steps);
  return { scenario, step: step as StepInput, left: left.map((note) => note.where) };
}

const form = "application/x-www-form-urlencoded";

describe("a curl command as a step", () => {
  test.each<[string, string, Partial<StepInput>]>([
    ["a plain GET", "curl http://h/p", { method: "GET", url: "http://h/p" }],
    ["a prompt in front", "$ curl h:8080/p", { method: "GET", url: "http://h:8080/p" }],
    ["-X", "curl -X DELETE https://h/1", { method: "DELETE", url: "https://h/1" }],
    ["-X without a blank, among others", "curl -sSXPATCH h", { method: "PATCH" }],
    ["--request=", "curl --request=PUT h", { method: "PUT" }],
    ["-I", "curl -I http://h/", { method: "HEAD" }],
    [
      "-H, several, one taken back and one empty",
      `curl h -H 'Accept: a/b' -H "X-Id: 7:8" -H 'Host:' -H 'X-Empty;'`,
      { headers: { Accept: "a/b", "X-Id": "7:8", "X-Empty": "" } },
    ],
    [
      "headers twice are joined",
      "curl h -H 'Accept: a' -H 'accept: b'",
      { headers: { Accept: "a, b" } },
    ],
    [
      "-d makes it a form POST",
      "curl h -d a=1 -d 'b=2 3'",
      { method: "POST", headers: { "Content-Type": form }, body: "a=1&b=2 3" },
    ],
    [
      "JSON stays JSON",
      `curl h -H 'Content-Type: application/json' --data-raw '{"a":[1,"x"]}'`,
      { headers: { "Content-Type": "application/json" }, body: { a: [1, "x"] } },
    ],
    [
      "JSON that JavaScript would write otherwise stays a text",
      `curl h -H 'Content-Type: application/json' -d '{"id":12345678901234567890}'`,
      { body: '{"id":12345678901234567890}' },
    ],
    [
      "--json",
      `curl --json '{"a":1}' h`,
      {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: { a: 1 },
      },
    ],
    [
      "a JSON body that Chrome has copied",
      String.raw`curl 'http://h/api' \
  -H 'accept: */*' \
  -H 'content-type: application/json' \
  --data-raw $'{"text":"it\'s \u0041"}' \
  --compressed`,
      {
        method: "POST",
        headers: {
          accept: "*/*",
          "content-type": "application/json",
        },
        acceptEncoding: ["deflate", "gzip", "br", "zstd"],
        body: { text: "it's A" },
      },
    ],
    [
      "-G and --data-urlencode",
      "curl -G 'http://h/?x=1#top' --data-urlencode 'q=a b&c' -d z=2",
      { method: "GET", url: "http://h/?x=1&q=a%20b%26c&z=2#top" },
    ],
    [
      "--data-urlencode in its forms",
      "curl h --data-urlencode 'a b' --data-urlencode '=c d'",
      { body: "a%20b&c%20d" },
    ],
    ["--url-query", "curl h/p --url-query 'q=ä'", { url: "http://h/p?q=%C3%A4" }],
    ["-u", "curl -u 'me:se\"cret' h", { auth: { basic: { user: "me", password: 'se"cret' } } }],
    [
      "credentials in the URL",
      "curl http://me:p%40ss@h/x",
      { url: "http://h/x", auth: { basic: { user: "me", password: "p@ss" } } },
    ],
    ["a token", "curl --oauth2-bearer abc h", { auth: { bearer: "abc" } }],
    [
      "-b, -A, -e",
      "curl -b 'a=1; b=2' -A Agent/1 -e http://r/ h",
      { headers: { Cookie: "a=1; b=2", "User-Agent": "Agent/1", Referer: "http://r/" } },
    ],
    ["braces are sent as they stand", "curl 'h/{{x}}'", { url: 'http://h/{{"{{"}}x}}' }],
    ["variables of others are sent as they stand", "curl 'h/${x}'", { url: "http://h/$${x}" }],
    ["a blank in the URL", "curl 'http://h/a b'", { url: "http://h/a%20b" }],
  ])("%s", (_name, text, expected) => {
    const { step, left } = imported(text);
    expect(step).toMatchObject(expected);
    expect(left).toEqual([]);
  });

  test("a multipart form", () => {
    const { step } = imported(`curl h -F 'a=1' -F 'b="x;y";type=text/plain' --form-string 'c=@d'`);
    expect(step.headers).toBeUndefined();
    expect(step.multipart).toEqual([
      { name: "a", value: "1" },
      { name: "b", value: "x;y", contentType: "text/plain" },
      { name: "c", value: "@d" },
    ]);
  });

  test.each([
    ["a name of its own", "curl -T a.bin http://h/b?x=1", "http://h/b?x=1"],
    [
      "a folder takes the file's name",
      "curl -T 'in/a b.bin' http://h/c/?x=1",
      "http://h/c/a%20b.bin?x=1",
    ],
    ["so does a host alone", "curl --upload-file a.bin http://h:81", "http://h:81/a.bin"],
  ])("a file is put there: %s", (_name, text, url) => {
    const { step, left } = imported(text);
    const bodyFile = text.includes("a b") ? "in/a b.bin" : "a.bin";
    expect(step).toMatchObject({ method: "PUT", url, bodyFile });
    expect(step.headers).toBeUndefined();
    expect(left).toEqual([]);
  });

  test("of several bodies the file that is put is the one", () => {
    const { step, left } = imported("curl -X POST -T a -T b -d x=1 h/y");
    expect(step).toMatchObject({ method: "POST", url: "http://h/y", bodyFile: "a" });
    expect(left).toHaveLength(2);
    expect(imported("curl -T - h").left).toEqual(["--upload-file"]);
  });

  test("files as bodies and parts", () => {
    const asForm = { headers: { "Content-Type": "application/x-www-form-urlencoded" } };
    expect(imported("curl h --data-binary @a.bin").step).toMatchObject({
      ...{ method: "POST", bodyFile: "a.bin" },
      ...asForm,
    });
    expect(imported("curl h -d @a.txt").step).toMatchObject({ bodyFile: "a.txt", ...asForm });
    const typed = imported("curl -X PUT h -H 'Content-Type: image/png' --data-binary @a.png");
    expect(typed.step).toMatchObject({
      ...{ method: "PUT", bodyFile: "a.png", headers: { "Content-Type": "image/png" } },
    });
    expect(imported("curl h --json @a.json").step).toMatchObject({
      bodyFile: "a.json",
      headers: { "Content-Type": "application/json" },
    });
    const parts = imported(
      `curl h -F a=@x/y.csv -F 'b=@"1;2.png";type=image/png;filename="p.png"' -F c=1`,
    );
    expect(parts.step.multipart).toEqual([
      { name: "a", file: "x/y.csv" },
      { name: "b", file: "1;2.png", filename: "p.png", contentType: "image/png" },
      { name: "c", value: "1" },
    ]);
    expect(parts.left).toEqual([]);
  });

  test("options of the whole scenario", () => {
    const { scenario, left } = imported(
      "curl -kL --max-redirs 5 -m 2.5 --http2 -x proxy:3128 https://h/",
    );
    expect(scenario).toMatchObject({
      tls: { rejectUnauthorized: false },
      timeouts: { requestSeconds: 2.5 },
      http: { version: "2", proxy: "http://proxy:3128", maxRedirects: 5 },
    });
    expect(left).toEqual([]);
  });

  test("several URLs are several steps", () => {
    const { scenario } = imported("curl http://h/a http://h/b --url http://h/c");
    expect(plainSteps(scenario.steps).map(({ url }) => url)).toEqual([
      ...["http://h/a", "http://h/b", "http://h/c"],
    ]);
  });
});

describe("what cannot be carried over", () => {
  test.each<[string, string, string[]]>([
    ["line breaks that stay in a file", "curl h -d @body.json", ["--data"]],
    ["a file among other data", "curl h --data-binary @a -d b=1", ["curl"]],
    ["a file in the query", "curl -G h --data-binary @a", ["curl"]],
    ["a second file", "curl h --data-binary @a --json @b", ["--json"]],
    ["the standard input", "curl h --data-binary @- -F a=@-", ["--data-binary", "--form"]],
    ["what a file holds as a text", "curl h -F 'f=<a.txt'", ["--form"]],
    ["several files of a field", "curl h -F 'f=@a,b' -F c=1", ["--form"]],
    ["a cookie file", "curl h -b jar.txt", ["--cookie"]],
    ["certificates", "curl h -E a.pem --key b.pem", ["--cert", "--key"]],
    ["names for addresses", "curl h --resolve h:80:127.0.0.1", ["--resolve"]],
    ["a SOCKS proxy", "curl h -x socks5://p:1080", ["--proxy"]],
    ["a body of GET", "curl -X GET h -d x", ["curl"]],
    ["the rest of a pipe", "curl h | jq .", ["curl"]],
    ["a second command", "curl h --next -d x h2", ["--next"]],
    ["unknown options", "curl h --frobnicate", ["--frobnicate"]],
  ])("is told: %s", (_name, text, expected) => {
    expect(imported(text).left).toEqual(expected);
  });

  test("what concerns only curl's own output is not worth a word", () => {
    expect(imported("curl -sSvfi -o /dev/null -w '%{http_code}' h").left).toEqual([]);
  });
});

test.each<[string, string, RegExp]>([
  ["another program", "wget http://h/", /begins with curl/],
  ["no URL", "curl -s", /no URL/],
  ["a missing value", "curl h -H", /-H needs a value/],
  ["an open quote", "curl 'h", /not closed/],
  ["cmd.exe quoting", 'curl "http://h/" ^\n -H "a: b"', /bash/],
  ["another protocol", "curl ftp://h/", /not a full HTTP URL/],
  ["an unknown method", "curl -X PURGE h", /PURGE/],
])("refuses %s", (_name, text, message) => {
  expect(() => importCurl(text)).toThrow(message);
});
