import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { describe, expect, test } from "vitest";
import { parseText, previewDocument, toDocument, withoutStoreFields } from "./document.ts";
import { type FormValues, newRowId, newValues } from "./formValues.ts";
import { fromDocument } from "./fromDocument.ts";
import { fieldPaths, localProblems, placeProblems } from "./problems.ts";

const values = (some: Partial<FormValues> = {}): FormValues => ({
  ...newValues(),
  ...{ name: "a", targetUrl: "http://localhost/" },
  ...some,
});
const profileOf = (type: FormValues["profile"]["type"]) =>
  values({ profile: { ...newValues().profile, type } });

describe("the document of a form", () => {
  test.each(["CONSTANT", "RAMP", "BURST", "SPIKE", "STAGES"] as const)(
    "the defaults of %s are a valid scenario",
    (type) => expect(parseScenario(toDocument(profileOf(type)))).toMatchObject({ ok: true }),
  );

  test.each(["CONSTANT", "RAMP", "BURST", "SPIKE", "STAGES"] as const)(
    "%s survives the way to JSON and back",
    (type) => {
      const document = toDocument(profileOf(type));
      const back = fromDocument(document);
      expect(back && toDocument(back)).toEqual(document);
    },
  );

  test("fields of other profiles are left out", () => {
    expect(toDocument(values())["loadProfile"]).toEqual({ type: "CONSTANT", initialRps: 10 });
  });

  test("an empty number is left out, so that the controller asks for it", () => {
    const document = toDocument(values({ durationSeconds: "" }));
    expect(document).not.toHaveProperty("durationSeconds");
  });

  test("a GET has no body, whatever was typed before", () => {
    expect(toDocument(values({ body: "x" }))).not.toHaveProperty("body");
    expect(toDocument(values({ body: "x", method: "POST" }))["body"]).toBe("x");
  });

  test("a JSON body is a value, a text body stays text", () => {
    const body = '{"a":1}';
    const post = { method: "POST", body } as const;
    expect(toDocument(values({ ...post, bodyKind: "json" }))["body"]).toEqual({ a: 1 });
    expect(toDocument(values({ ...post, bodyKind: "text" }))["body"]).toBe(body);
  });

  test("fields the form does not show are kept", () => {
    const document = { ...toDocument(values()), description: "why", lostWorkers: "fail" };
    const back = fromDocument(document);
    expect(back && toDocument(back)).toEqual(document);
  });

  test.each([
    ["steps", { steps: [] }],
    ["workloads", { workloads: [] }],
    ["an unknown profile", { loadProfile: { type: "VUS", vus: 3 } }],
    ["an unknown field", { colour: "red" }],
  ])("a document with %s is edited as JSON", (_, some) => {
    expect(fromDocument({ ...toDocument(values()), ...some })).toBeUndefined();
  });

  test("an unnamed form can be previewed", () => {
    const document = previewDocument(toDocument(newValues()));
    expect(parseScenario(document).ok).toBe(true);
  });

  test("what the store added is not sent back", () => {
    const stored = { name: "a", id: "1", ownerId: "x", createdAt: "t", updatedAt: "t" };
    expect(withoutStoreFields(stored)).toEqual({ name: "a" });
  });
});

describe("JSON text", () => {
  test.each(["[]", "3", "null", "{", ""])("%s is no scenario", (text) => {
    expect(parseText(text).error).toBeDefined();
  });
  test("an object is one", () => expect(parseText('{"name":"a"}').document).toEqual({ name: "a" }));
});

describe("problems find their fields", () => {
  const form = { ...profileOf("BURST"), headers: [{ rowId: newRowId(), name: "X-A", value: "" }] };
  const paths = fieldPaths(form);

  test.each([
    ["loadProfile.bursts[0].rps", true],
    ["loadProfile.bursts[0]", true],
    ["loadProfile.bursts[1].rps", false],
    ["timeouts.requestSeconds", true],
    ["headers.X-A", true],
    ["loadProfile.spikeRps", false],
    ["description", false],
  ])("%s: %s", (path, found) => {
    const placed = placeProblems([{ path, message: "wrong" }], paths);
    expect(placed.byPath.has(path)).toBe(found);
    expect(placed.others).toHaveLength(found ? 0 : 1);
  });

  test("two problems of one field are both shown", () => {
    const problems = ["one", "two"].map((message) => ({ path: "name", message }));
    expect(placeProblems(problems, paths).byPath.get("name")).toBe("one; two");
  });

  test.each<[string, Partial<FormValues>, string[]]>([
    [
      "a header named twice",
      { headers: ["a", "A"].map((name) => ({ rowId: 1, name, value: "" })) },
      ["headers.A"],
    ],
    ["a value without a name", { headers: [{ rowId: 1, name: "", value: "x" }] }, ["headers."]],
    ["a body that is not JSON", { bodyKind: "json", body: "{" }, ["body"]],
    ["nothing wrong", {}, []],
  ])("%s", (_, some, expected) => {
    expect(localProblems(values(some)).map((problem) => problem.path)).toEqual(expected);
  });
});
