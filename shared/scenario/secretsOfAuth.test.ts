import { expect, test } from "vitest";
import { parseScenario } from "./parseScenario.ts";
import type { Scenario } from "./scenarioSchema.ts";
import { maskedPaths, restoreSecrets } from "./restoreSecrets.ts";
import { maskSecrets } from "./secrets.ts";

const step = { protocol: "http", url: "http://h/" };

function scenario(secret: string): Scenario {
  const parsed = parseScenario({
    ...{ name: "n", durationSeconds: 10, auth: { bearer: secret } },
    workloads: [
      {
        ...{ name: "w", loadProfile: { type: "CONSTANT", initialRps: 1 } },
        auth: { basic: { user: "me", password: secret } },
        steps: [
          { ...step, name: "a", auth: "none" },
          { ...step, name: "b", method: "POST", body: { auth: { bearer: "a body" } } },
          { group: "g", steps: [{ ...step, name: "c", auth: { bearer: secret } }] },
        ],
      },
    ],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenario;
}

test("passwords and tokens are shown to nobody, wherever they stand", () => {
  const shown = JSON.stringify(maskSecrets(scenario("s3cret")));
  expect(shown).not.toContain("s3cret");
  expect(shown).toContain('"user":"me"');
  expect(shown).toContain("a body");
  expect(maskedPaths(maskSecrets(scenario("s3cret")))).toEqual([
    "auth.bearer",
    "workloads[0].auth.basic.password",
    "workloads[0].steps[2].steps[0].auth.bearer",
  ]);
});

test("a mask that comes back stands for what was there", () => {
  const stored = scenario("s3cret");
  expect(restoreSecrets(maskSecrets(stored), stored)).toEqual(stored);
  expect(maskedPaths(stored)).toEqual([]);
});

test("a mask somewhere else, or of another user, stays one", () => {
  const shown = maskSecrets(scenario("s3cret"));
  const [workload] = shown.workloads ?? [];
  if (workload === undefined) return expect.unreachable();
  const moved = {
    ...shown,
    workloads: [{ ...workload, auth: { basic: { user: "you", password: "***" } } }],
  };
  expect(maskedPaths(restoreSecrets(moved, scenario("s3cret")))).toEqual([
    "workloads[0].auth.basic.password",
  ]);
});

test("what templates alone make up is no secret", () => {
  const template = "{{uuid}}";
  expect(maskSecrets(scenario(template))).toEqual(scenario(template));
  expect(JSON.stringify(maskSecrets(scenario('{{sha256 "key" uuid}}')))).not.toContain("key");
  expect(JSON.stringify(maskSecrets(scenario("pre-{{uuid}}")))).not.toContain("pre-");
});
