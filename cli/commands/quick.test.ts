import { describe, expect, test } from "vitest";
import { CliError } from "../cliError.ts";
import { parseDuration } from "./parseDuration.ts";
import { quickScenario as loadQuick } from "./quick.ts";

const quickScenario = (...args: Parameters<typeof loadQuick>) => loadQuick(...args).scenario;

const refusal = (run: () => unknown): CliError => {
  try {
    run();
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("durations", () => {
  test.each([
    ["10s", 10],
    ["500ms", 0.5],
    ["1m30s", 90],
    ["2h", 7200],
    ["1h1m1s1ms", 3661.001],
    ["1.5m", 90],
    ["0.25s", 0.25],
    // plain seconds
    ["10", 10],
    ["0.5", 0.5],
  ])("%s is %d seconds", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.each([
    "",
    " ",
    "s",
    "abc",
    "10x",
    "10s5",
    "s10",
    "-1",
    "-1s",
    "0",
    "0s",
    "1m 30s",
    "NaN",
    "Infinity",
  ])("%j is refused with exit code 2", (text) => {
    const error = refusal(() => parseDuration(text));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain("is not a duration");
  });
});

describe("a scenario from one line", () => {
  const options = { rps: "10", duration: "10s" };

  test("has the defaults of a GET at a constant rate", () => {
    expect(quickScenario("http://h/x", options)).toMatchObject({
      ...{ name: "quick http://h/x", targetUrl: "http://h/x", method: "GET", headers: {} },
      ...{ durationSeconds: 10, numWorkers: 1 },
      loadProfile: { type: "CONSTANT", initialRps: 10 },
    });
  });

  test("a body makes it a POST, a named method wins", () => {
    expect(quickScenario("http://h/", { ...options, body: "x" })).toMatchObject({
      method: "POST",
      body: "x",
    });
    const put = { ...options, body: "", method: "put" };
    expect(quickScenario("http://h/", put)).toMatchObject({ method: "PUT", body: "" });
  });

  test("headers are split at the first colon and trimmed", () => {
    const header = ["Accept: text/html", "X-Time:12:30", "X-Empty:"];
    expect(quickScenario("http://h/", { ...options, header }).headers).toEqual({
      ...{ Accept: "text/html", "X-Time": "12:30", "X-Empty": "" },
    });
  });

  test("the name, which reports show, has no query", () => {
    const { name } = quickScenario("http://h/x?token=sekrit#sekrit", {});
    expect(name).toBe("quick http://h/x");
  });

  test("a very long URL still makes a name", () => {
    const url = `http://h/${"x".repeat(500)}`;
    expect(quickScenario(url, options).name).toHaveLength(200);
  });

  test.each<[string, string, object, string]>([
    ["a URL that is none", "h", {}, "targetUrl"],
    ["a rate that is no number", "http://h/", { rps: "fast" }, "loadProfile.initialRps"],
    ["a rate of 0", "http://h/", { rps: "0" }, "loadProfile"],
    ["an unknown method", "http://h/", { method: "fetch" }, "method"],
    ["a body with GET", "http://h/", { method: "get", body: "x" }, "body"],
    ["a header without a colon", "http://h/", { header: ["Accept"] }, "is not a header"],
    ["a header without a name", "http://h/", { header: [": x"] }, "is not a header"],
    ["more than a week", "http://h/", { duration: "169h" }, "durationSeconds"],
  ])("%s is refused with exit code 2, naming it", (_name, url, change, named) => {
    const error = refusal(() => quickScenario(url, { ...options, ...change }));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(named);
  });
});

describe("load from one line", () => {
  const profile = (options: object) => {
    const { loadProfile, durationSeconds } = quickScenario("http://h/", options);
    return { ...loadProfile, durationSeconds };
  };

  test.each<[string, object, object]>([
    [
      "nothing said is 10 a second for 10 s",
      {},
      { type: "CONSTANT", initialRps: 10, durationSeconds: 10 },
    ],
    [
      "a rate and a duration",
      { rps: "2.5", duration: "1m" },
      { type: "CONSTANT", initialRps: 2.5, durationSeconds: 60 },
    ],
    [
      "-n -c is exactly so many requests by so many users",
      { iterations: "500", concurrency: "20" },
      { type: "ITERATIONS", iterations: 500, concurrency: 20, maxDurationSeconds: 600 },
    ],
    [
      "-n alone is one user",
      { iterations: "7" },
      { type: "ITERATIONS", iterations: 7, concurrency: 1, maxDurationSeconds: 600 },
    ],
    [
      "a duration limits -n",
      { iterations: "7", duration: "30s" },
      { type: "ITERATIONS", iterations: 7, concurrency: 1, maxDurationSeconds: 30 },
    ],
    ["--vus is users for a time", { vus: "64" }, { type: "VUS", vus: 64, durationSeconds: 10 }],
    [
      "--vus with a duration",
      { vus: "3", duration: "2s" },
      { type: "VUS", vus: 3, durationSeconds: 2 },
    ],
  ])("%s", (_, options, expected) => expect(profile(options)).toEqual(expected));

  test.each<[object, string]>([
    [{ rps: "5", vus: "5" }, "--rps and --vus contradict each other"],
    [{ rps: "5", iterations: "5" }, "--rps and -n contradict each other"],
    [{ iterations: "5", vus: "5" }, "-n and --vus contradict each other"],
    [{ rps: "1", iterations: "5", vus: "5" }, "--rps and -n and --vus contradict"],
    [{ concurrency: "5" }, "-c says how many users share the requests of -n"],
    [{ concurrency: "5", rps: "5" }, "-c says how many users share the requests of -n"],
    [{ concurrency: "5", vus: "5" }, "not with --vus"],
    [{ iterations: "many" }, "loadProfile.iterations"],
    [{ iterations: "" }, "loadProfile.iterations"],
    [{ iterations: "5", concurrency: "0" }, "loadProfile.concurrency"],
    [{ vus: "1.5" }, "loadProfile.vus"],
    [{ iterations: "5", duration: "soon" }, "is not a duration"],
  ])("%o is refused with exit code 2, naming it", (options, named) => {
    const error = refusal(() => quickScenario("http://h/", options));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(named);
  });
});
