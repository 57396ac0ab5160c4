import { describe, expect, test } from "vitest";
import { checkText } from "../scenario/readScenario.ts";
import { importSource } from "./importSource.ts";

const address = "https://ann:sekrit@shop.example/users/${USER_ID}?token=sekrit#sekrit";
const har = (title?: string) => ({
  log: {
    ...(title === undefined ? {} : { pages: [{ id: "p", title }] }),
    entries: [
      {
        _resourceType: "xhr",
        pageref: "p",
        request: { method: "GET", url: "http://h/a?k=sekrit" },
      },
    ],
  },
});
const openapi = (title: string) => ({
  ...{ openapi: "3.0.0", info: { title }, servers: [{ url: "http://h" }] },
  paths: { "/a": { get: { operationId: title } } },
});
const postman = (name: string) => ({
  info: { name },
  item: [{ name, item: [{ name, request: { method: "GET", url: "http://h/" } }] }],
});

const imported = (source: unknown) => {
  const text = typeof source === "string" ? source : JSON.stringify(source);
  return importSource(text, {}, (json) => JSON.parse(json) as unknown).scenario;
};

describe("the names of an imported scenario", () => {
  test.each<[string, unknown, string]>([
    ["a curl command", `curl '${address}'`, "curl https://shop.example/users/$${USER_ID}"],
    ["a curl command without a scheme", "curl 'ann:sekrit@h/a?k=sekrit'", "curl h/a"],
    [
      "a HAR whose pages are named by their address",
      har(address),
      "https://shop.example/users/$${USER_ID}",
    ],
    ["a HAR without pages", har(), "http://h/a"],
    ["OpenAPI", openapi("costs ${PRICE}?"), "costs $${PRICE}?"],
    ["Postman", postman("costs ${PRICE}\n{{x}}"), "costs $${PRICE} {{x}}"],
    ["Postman, by address", postman(address), "https://shop.example/users/$${USER_ID}"],
  ])("of %s show no secret and run as they are", (_, source, name) => {
    const scenario = imported(source);
    expect(scenario.name).toBe(name);
    expect(JSON.stringify([scenario.name, scenario.steps?.map(nameOf)])).not.toContain("sekrit");
    const checked = checkText(JSON.stringify(scenario), "json", { variables: {}, settings: [] });
    expect(checked.ok ? [] : checked.problems).toEqual([]);
  });
});

const nameOf = (element: object): unknown =>
  "name" in element ? element.name : "group" in element ? element.group : "";
