import { execFileSync, spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

describe.each(["onrush", "test-platform.sh"])("%s", (name) => {
  const file = join(root, name);

  test("is valid shell", () => {
    execFileSync("sh", ["-n", file], { stdio: "pipe" });
  });

  test("can be executed", () => {
    expect(statSync(file).mode & 0o111).toBe(0o111);
  });
});

describe("test-platform.sh", () => {
  const run = (environment: Record<string, string>) =>
    spawnSync("sh", [join(root, "test-platform.sh")], {
      env: { PATH: process.env["PATH"], ...environment },
      encoding: "utf8",
    });

  test.each([
    ["a target that is no URL", { TARGET_URL: "127.0.0.1:9091" }, "TARGET_URL must begin with"],
    ["a target that would break JSON", { TARGET_URL: 'http://a"b' }, "neither quotes"],
    ["a wait that is no number", { WAIT_SECONDS: "soon" }, "WAIT_SECONDS must be"],
    [
      "a platform that does not answer",
      { BASE_URL: "http://127.0.0.1:1", WAIT_SECONDS: "0" },
      "nothing answers at http://127.0.0.1:1",
    ],
  ])("refuses %s in one plain line", (_name, environment, message) => {
    const { status, stdout, stderr } = run(environment);
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
