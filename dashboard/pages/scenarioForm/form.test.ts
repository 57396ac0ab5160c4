import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { describe, expect, test } from "vitest";
import { parseText, previewDocument, toDocument, withoutStoreFields } from "./document.ts";
import { type FormValues, newRowId, newValues, type ProfileType } from "./formValues.ts";
import { fromDocument } from "./fromDocument.ts";
import { fieldPaths, localProblems, placeProblems } from "./problems.ts";
import { profileGroups, profileTypeNames, typesOf } from "./profileTypes.ts";

const values = (some: Partial<FormValues> = {}): FormValues => ({
  ...newValues(),
  ...{ name: "a", targetUrl: "http://localhost/" },
  ...some,
});
const profileOf = (type: FormValues["profile"]["type"]) =>
  values({ profile: { ...newValues().profile, type } });

test("every profile belongs to one group of the form", () => {
  const grouped = profileGroups.flatMap(({ value }) => typesOf(value));
  expect(grouped.toSorted()).toEqual(profileTypeNames.toSorted());
});

describe("the document of a form", () => {
  test.each(profileTypeNames)("the defaults of %s are a valid scenario", (type) =>
    expect(parseScenario(toDocument(profileOf(type)))).toMatchObject({ ok: true }),
  );

  test.each(profileTypeNames)("%s survives the way to JSON and back", (type) => {
    const document = toDocument(profileOf(type));
    const back = fromDocument(document);
    expect(back && toDocument(back)).toEqual(document);
  });

  test.each(profileTypeNames)("%s can be saved again as the store gives it back", (type) => {
    const parsed = parseScenario(toDocument(profileOf(type)));
    if (!parsed.ok) throw new Error("not valid");
    const { ...stored } = parsed.scenario;
    expect(parseScenario(withoutStoreFields(stored)).ok).toBe(true);
  });

  test.each<[ProfileType, boolean]>([
    ["CONSTANT", true],
    ["STAGES", false],
    ["DEVICES", true],
    ["VUS", true],
    ["VU_STAGES", false],
    ["ITERATIONS", false],
  ])("%s has a duration of its own: %s", (type, has) =>
    expect("durationSeconds" in toDocument(profileOf(type))).toBe(has),
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
    ["an unknown profile", { loadProfile: { type: "TIDE", vus: 3 } }],
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

describe("how iterations begin and wait", () => {
  const some: Partial<FormValues> = {
    ...{ arrival: "poisson", pacing: "precise", overload: "queue", maxDelaySeconds: 3 },
    ...{ connections: "perUser", thinkTimeSeconds: 0.5, seed: 7 },
  };

  test("what is usual is not written down", () => {
    const document = toDocument(values());
    for (const name of ["arrival", "pacing", "overload", "connections", "seed"]) {
      expect(document).not.toHaveProperty(name);
    }
  });

  test("arrivals keep to their own fields", () => {
    expect(toDocument({ ...profileOf("DEVICES"), ...some })).toMatchObject({
      ...{ arrival: "poisson", pacing: "precise", thinkTimeSeconds: 0.5, seed: 7 },
      overload: { policy: "queue", maxDelaySeconds: 3 },
    });
    expect(toDocument({ ...values(), ...some })).not.toHaveProperty("connections");
  });

  test.each(["VUS", "VU_STAGES", "ITERATIONS"] as const)("%s has no arrivals", (type) => {
    const document = toDocument({ ...profileOf(type), ...some });
    expect(document).toMatchObject({ connections: "perUser", pacing: "precise" });
    for (const name of ["arrival", "overload", "maxInFlight"]) {
      expect(document).not.toHaveProperty(name);
    }
    expect(parseScenario(document).ok).toBe(true);
  });

  test.each<Partial<FormValues>>([
    { overload: "fail" },
    { overload: "queue", maxDelaySeconds: 0.25 },
    { connections: "limited", connectionLimit: 12 },
    { arrival: "poisson", seed: 99 },
    { thinkTimeSeconds: 1.5 },
  ])("%o survives the way to JSON and back", (fields) => {
    const document = toDocument(values(fields));
    expect(fromDocument(document)).toMatchObject(fields);
  });

  test("a distributed think time stays as it is", () => {
    const thinkTimeSeconds = { distribution: "exponential", mean: 2 };
    const document = { ...toDocument(values()), thinkTimeSeconds };
    const back = fromDocument(document);
    expect(back && toDocument(back)).toEqual(document);
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

  test.each<[ProfileType, Partial<FormValues>, string, boolean]>([
    ["VUS", {}, "loadProfile.paceSeconds", true],
    ["VUS", {}, "loadProfile.initialRps", false],
    ["VUS", {}, "durationSeconds", true],
    ["VUS", {}, "arrival", false],
    ["VUS", {}, "maxInFlight", false],
    ["VU_STAGES", {}, "loadProfile.stages[1].targetVus", true],
    ["VU_STAGES", {}, "loadProfile.stages[1].targetRps", false],
    ["VU_STAGES", {}, "durationSeconds", false],
    ["VU_STAGES", {}, "loadProfile.stages", true],
    ["ITERATIONS", {}, "loadProfile.maxDurationSeconds", true],
    ["DEVICES", {}, "loadProfile.messagesPerSecond", true],
    ["DEVICES", {}, "loadProfile", true],
    ["DEVICES", { overload: "queue" }, "overload.maxDelaySeconds", true],
    ["DEVICES", { overload: "drop" }, "overload.maxDelaySeconds", false],
    ["CONSTANT", {}, "connections", true],
    ["CONSTANT", {}, "thinkTimeSeconds", true],
    ["CONSTANT", {}, "seed", true],
  ])("%s %o has a place for %s: %s", (type, some, path, has) =>
    expect(fieldPaths({ ...profileOf(type), ...some }).has(path)).toBe(has),
  );

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
