import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkImported, detectKind, importSource, type ImportOptions } from "./importSource.ts";
import { plainSteps } from "./nestSteps.ts";
import { parseSource as parse } from "./parseSource.ts";
import { HAR_DEFAULTS } from "./sourceKinds.ts";

const folder = new URL("samples/", import.meta.url);
const names = readdirSync(folder).sort();
const read = (name: string) => readFileSync(new URL(name, folder), "utf8");

function imported(name: string, options: ImportOptions = {}) {
  const { scenario, left } = importSource(read(name), options, parse);
  const steps = plainSteps(scenario.steps);
  return { scenario, steps, left: left.map(({ where, message }) => `${where}: ${message}`) };
}
const step = (name: string, stepName: string) =>
  imported(name).steps.find((one) => one.name === stepName);

describe.each(names)("%s", (name) => {
  test("is recognised and becomes a scenario that is valid", () => {
    expect(detectKind(read(name), parse)).toBe(name.split("-")[0]);
    const parsed = checkImported(imported(name).scenario);
    expect(parsed.ok ? [] : parsed.problems).toEqual([]);
  });

  test("goes where --base-url says, and nowhere else", () => {
    const { scenario } = imported(name, { baseUrl: "http://127.0.0.1:1234/base/" });
    const all = [scenario, ...(scenario.workloads ?? [])].flatMap(({ steps }) => plainSteps(steps));
    expect(all.length).toBeGreaterThan(0);
    for (const { url } of all) expect(url).toMatch(/^http:\/\/127\.0\.0\.1:1234\/base\//);
  });
});

test("a text that is nothing of it is told from all of them", () => {
  expect(() => detectKind("hello", parse)).toThrow(/--from \(curl, har, openapi, postman, k6\)/);
  expect(() => importSource("{}", { baseUrl: "nowhere", from: "k6" }, parse)).toThrow(/--base-url/);
  expect(() => importSource("{", { from: "har" }, parse)).toThrow(/cannot be read/);
});

test("a source that is too much for this program is not called unknown", () => {
  const tooMuch = () => {
    throw new RangeError("Maximum call stack size exceeded");
  };
  expect(() => detectKind("{}", tooMuch)).toThrow(RangeError);
});

test("SLA lines that do not fit the load stay behind with the reason", () => {
  const thresholds = {
    http_req_duration: ["p(95)<1", { threshold: "avg<1", abortOnFail: true, delayAbortEval: "1h" }],
  };
  const text = JSON.stringify({ duration: "10s", thresholds });
  const { scenario, left } = importSource(text, {}, parse);
  expect(scenario.sla).toEqual(["p95(service) < 1ms"]);
  expect(left.at(-1)?.message).toMatch(/nothing is left of the load/);
});

describe("a HAR", () => {
  test("gives its documents and data, in the order they began, without the session", () => {
    const { scenario, steps, left } = imported("har-chrome.json");
    expect(scenario.name).toBe("Shop");
    expect(steps.map(({ name }) => name)).toEqual([
      ...["GET /", "GET /api/items", "POST /api/cart", "POST /collect"],
    ]);
    expect(steps[0]?.headers).toEqual({
      ...{ accept: "text/html", "accept-encoding": "gzip, deflate, br" },
      "user-agent": "Mozilla/5.0",
    });
    expect(steps[1]?.url).toBe("https://shop.example/api/items?q=a%20b&page=1");
    expect(steps[2]).toMatchObject({
      headers: { "content-type": "application/json" },
      body: '{"item":7,"note":"{{"{{"}}x}}"}',
    });
    expect(left).toEqual([
      "log.entries: 1 left out: header cookie, which belongs to the recorded session",
      "log.entries: 1 left out: header if-none-match, which belongs to the recorded session",
      "log.entries: 1 left out: of type script (--har-types script takes them)",
      "log.entries: 1 left out: of type image (--har-types image takes them)",
      "log.entries: 1 left out: the browser's own CORS preflights",
      "log.entries: 1 left out: no HTTP request (wss:)",
    ]);
  });

  test("can be narrowed to hosts and widened to all types, with its pauses as think time", () => {
    const har = { types: ["all"], hosts: ["shop.example"], thinkTimes: true };
    const { scenario, steps } = imported("har-chrome.json", { har });
    expect(steps.map(({ name }) => name)).toEqual([
      ...["GET /", "GET /app.js", "GET /logo.png", "GET /api/items", "POST /api/cart"],
    ]);
    expect(scenario.thinkTimeSeconds).toBeUndefined();
    expect(steps.map(({ thinkTimeSeconds }) => thinkTimeSeconds)).toEqual([
      ...[0.08, undefined, 0.29, 2.92, undefined],
    ]);
    expect(() => imported("har-chrome.json", { har: { ...HAR_DEFAULTS, hosts: ["h"] } })).toThrow(
      /no request is left/,
    );
  });

  test("of a browser that tells no types is sorted by its answers", () => {
    expect(imported("har-firefox.json").steps).toMatchObject([
      { name: "GET /login" },
      { name: "POST /login", form: { user: "a b", password: "p&q" } },
    ]);
  });

  test("of several pages has a group for each", () => {
    const { scenario } = imported("har-pages.json");
    expect(scenario.steps).toMatchObject([
      { group: "Shop", steps: [{ name: "GET /" }, { name: "GET /api/items" }] },
      { group: "https://shop.example/cart", steps: [{ name: "GET /cart" }] },
      { group: "Shop 2", steps: [{ name: "GET / 2" }] },
      { name: "GET /api/ping" },
    ]);
  });

  test("with an upload has its parts; binary bodies are told", () => {
    const { steps, left } = imported("har-upload.json");
    expect(steps[0]?.headers).toBeUndefined();
    expect(steps[0]?.multipart).toEqual([
      { name: "title", value: "Report" },
      { name: "file", value: "a,b\n1,2\n", filename: "a.csv", contentType: "text/csv" },
    ]);
    expect(left[0]).toMatch(/binary/);
  });
});

describe("a Postman collection", () => {
  test("gives its requests in order, named by their folders", () => {
    expect(imported("postman-shop.json").steps.map(({ name }) => name)).toEqual([
      ...["Accounts / Login", "Accounts / Me", "Items / By id", "Items / Nested / Search"],
    ]);
  });

  test("has a group for each folder", () => {
    expect(imported("postman-shop.json").scenario.steps).toMatchObject([
      { group: "Accounts", steps: [{ name: "Accounts / Login" }, { name: "Accounts / Me" }] },
      {
        group: "Items",
        steps: [
          { name: "Items / By id" },
          { group: "Nested", steps: [{ name: "Items / Nested / Search" }] },
        ],
      },
    ]);
  });

  test("fills in variables it knows and asks the environment for the others", () => {
    expect(step("postman-shop.json", "Accounts / Login")).toEqual({
      ...{ name: "Accounts / Login", protocol: "http", method: "POST" },
      url: "http://127.0.0.1:9092/v1/login",
      headers: { "Content-Type": "application/json" },
      body: { user: "${API_USER}", id: "{{uuid}}" },
    });
    expect(step("postman-shop.json", "Items / By id")?.url).toBe(
      "http://127.0.0.1:9092/v1/shops/7/items/12?q=1",
    );
    expect(imported("postman-shop.json").left).toEqual([
      "Accounts / Login: the test script is not carried over: write its assertions as checks",
      "{{user}}: has no value in the collection: ${API_USER} is to be given",
      "{{token}}: has no value in the collection: ${TOKEN} is to be given",
      "{{apiKey}}: has no value in the collection: ${API_KEY} is to be given",
    ]);
  });

  test("leaves out what is disabled, and inherits authentication from folders", () => {
    expect(step("postman-shop.json", "Accounts / Me")).toMatchObject({
      url: "http://127.0.0.1:9092/v1/me?full=1",
      headers: { Accept: "application/json" },
      auth: { bearer: "${TOKEN}" },
    });
    expect(step("postman-shop.json", "Items / Nested / Search")).toMatchObject({
      headers: { "X-Api-Key": "${API_KEY}" },
      form: { q: "a&b", user: "${API_USER}" },
    });
  });

  test("has bodies and authentication of many kinds", () => {
    const { steps, left } = imported("postman-bodies.json");
    expect(steps[0]?.auth).toEqual({ basic: { user: "me", password: "secret" } });
    expect(steps[0]?.multipart).toEqual([
      { name: "a", value: "1" },
      { name: "f", file: "/tmp/a.png" },
    ]);
    expect(steps.at(-1)).toMatchObject({ name: "File", method: "PUT", bodyFile: "/tmp/a" });
    expect(steps[1]).toMatchObject({ body: { variables: { id: 1 } } });
    expect(steps[3]).toMatchObject({ url: "http://127.0.0.1:9092/q?a=1", query: { k: "v" } });
    expect(left.map((line) => line.split(":")[0])).toEqual([...["GraphQL", "Signed"]]);
  });

  test("without a host goes to a placeholder, and says so", () => {
    const { steps, left } = imported("postman-no-host.json");
    expect(steps.map(({ name, url }) => [name, url])).toEqual([
      ["Get", "http://localhost:8000/a"],
      ["Get 2", "http://127.0.0.1:9092/b"],
      ["Parts", "http://127.0.0.1:9092/c/d?x=1"],
    ]);
    expect(left.join()).toMatch(/--base-url/);
  });
});

describe("a k6 script", () => {
  test("gives the requests of the function that each scenario runs", () => {
    const { scenario } = imported("k6-requests.js");
    expect(scenario.workloads?.map(({ name, steps }) => ({ name, steps }))).toMatchObject([
      {
        name: "browse",
        steps: [
          {
            group: "start",
            steps: [
              { name: "home", method: "GET", url: "http://127.0.0.1:9092/" },
              {
                ...{ name: "POST /login", method: "POST", body: { user: "me", tries: 1 } },
                headers: { "Content-Type": "application/json" },
                checks: [
                  { name: "is 200", check: "status == 200", failRequest: false },
                  { name: "says hello", check: 'body contains "hello world"', failRequest: false },
                  { name: "is fast", check: "latency < 200ms", failRequest: false },
                ],
                thinkTimeSeconds: 1.5,
              },
            ],
          },
          {
            parallel: [
              { name: "GET /a.css", url: "http://127.0.0.1:9092/a.css" },
              { name: "POST /beacon", form: { page: "home" } },
            ],
          },
        ],
      },
      {
        name: "buy",
        steps: [
          {
            ...{ name: "DELETE /orders/7", method: "DELETE" },
            checks: [{ name: "ok", check: "status < 400", failRequest: false }],
          },
        ],
      },
      { name: "search", steps: [{ name: "search", url: "http://localhost:8000/" }] },
    ]);
    expect(scenario.sla).toEqual(["step(home).p95(service) < 500ms"]);
  });

  test("has everything told that only running it could tell, by its line", () => {
    expect(imported("k6-requests.js").left).toEqual([
      expect.stringMatching(/^line 39: .*Math\.random/),
      expect.stringMatching(/^line 41: `sleep\(Math/),
      expect.stringMatching(/^line 42: `if \(__ITER/),
      expect.stringMatching(/^line 50: .*res\.json/),
      expect.stringMatching(/^line 50: `check/),
      expect.stringMatching(/^line 54: .*__ENV\.QUERY/),
      "setup: is not carried over: its requests are none of the load",
      expect.stringMatching(/^options: say nothing of requests/),
      "options: no address could be read: http://localhost:8000 stands for it (--base-url)",
    ]);
  });

  test("says nothing of a stand-in for its address where --base-url gives one", () => {
    const document = { openapi: "3.0.0", paths: { "/a": { get: {} } } };
    const text = JSON.stringify(document);
    const standIn = /^no full address .*http:\/\/localhost:8000 stands for it \(--base-url\)$/;
    expect(importSource(text, {}, JSON.parse).left).toEqual([
      { where: "servers", message: expect.stringMatching(standIn) as string },
    ]);
    const moved = importSource(text, { baseUrl: "http://127.0.0.1:1" }, JSON.parse);
    expect(moved.left).toEqual([]);
  });
});

describe("an OpenAPI document", () => {
  test("gives each operation a step with its id, parameters and credentials", () => {
    expect(imported("openapi-pets.json").steps).toMatchObject([
      {
        name: "listPets",
        url: "http://127.0.0.1:9092/v2/pets",
        query: { limit: "20", tags: ["a", "b c"] },
        auth: { bearer: "${TOKEN}" },
      },
      { name: "createPet", method: "POST" },
      {
        name: "getPet",
        url: "http://127.0.0.1:9092/v2/pets/{{uuid}}",
        headers: { "X-Key": "${API_KEY}" },
      },
      { name: "DELETE /pets/{id}", method: "DELETE" },
    ]);
    expect(step("openapi-pets.json", "DELETE /pets/{id}")?.headers).toBeUndefined();
  });

  test("in YAML is the same, and its tags are those of the steps", () => {
    const { scenario, steps } = imported("openapi-orders.yaml");
    expect(scenario.name).toBe("Orders");
    expect(steps).toMatchObject([
      { name: "listOrders", tags: { tag: "orders", "tag-2": "read only" } },
      { name: "placeOrder", tags: { tag: "orders" }, body: { item: "A-7", count: 1 } },
      { name: "health" },
    ]);
    expect(steps[2]).not.toHaveProperty("tags");
  });

  test("makes bodies from schemas, which may contain themselves", () => {
    const body = step("openapi-pets.json", "createPet")?.body as Record<string, unknown>;
    expect(body).toMatchObject({
      ...{ name: 'Rex {{"{{"}}x}}', born: "2026-01-31", weight: 1, kind: "dog" },
      owner: { name: "textxx", age: 18 },
    });
    expect(Object.keys(body)).not.toContain("id");
  });

  test("has forms, texts, cookies and headers; other bodies are told", () => {
    const { steps, left } = imported("openapi-forms.json");
    expect(steps).toMatchObject([
      { url: "http://localhost:8000/api/login", form: { user: "a b", password: "${PASSWORD}" } },
      { name: "upload" },
      { name: "xml", method: "PUT" },
      { name: "note", body: "hello", headers: { "Content-Type": "text/plain" } },
      { name: "cookie", headers: { Cookie: "sid=text", "X-Trace": "t-1" } },
    ]);
    expect(left.join("\n")).toMatch(
      /servers: no full address.*\n.*application\/xml.*\n.*sid.*\nwebhooks/,
    );
  });

  test("with references that lead nowhere tells them", () => {
    expect(imported("openapi-broken-refs.json").left.map((line) => line.split(": ")[1])).toEqual(
      expect.arrayContaining([
        "is in another file",
        "is not in the document",
        "refers to itself",
        "no step",
      ]),
    );
  });

  test("of version 2 is refused with what to do", () => {
    expect(() => importSource('{"swagger":"2.0"}', {}, parse)).toThrow(/convert it to OpenAPI 3/);
  });
});
