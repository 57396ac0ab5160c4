import { link, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkDistinctFiles, type UsedFile } from "./distinctFiles.ts";

describe("what a command writes", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "onrush-distinct-"));
    await writeFile(join(folder, "s.yaml"), "name: a");
    await symlink(join(folder, "s.yaml"), join(folder, "linked.yaml"));
    await link(join(folder, "s.yaml"), join(folder, "hard.yaml"));
    await symlink(folder, join(folder, "there"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const at = (use: string, name: string): UsedFile => ({ use, file: join(folder, name) });
  const scenario = () => at("the scenario", "s.yaml");

  test.each(["s.yaml", "./s.yaml", "linked.yaml", "hard.yaml", "there/s.yaml"])(
    "is not what it reads: %s",
    async (name) => {
      const refused = checkDistinctFiles([scenario()], [at("--html", name)]);
      await expect(refused).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(/^--html .* is the same file as the scenario .*s\.yaml/),
      });
    },
  );

  test("is not written twice, also where there is no such file yet", async () => {
    const refused = checkDistinctFiles([], [at("--json", "new"), at("--csv", "there/new")]);
    await expect(refused).rejects.toThrow(/^--csv .*new is the same file as --json .*new/);
  });

  test("may be other files, devices and the standard output", async () => {
    const device = (use: string) => ({ use, file: "/dev/null" });
    const others = [at("--json", "new"), at("--csv", "other"), { use: "--html", file: "-" }];
    await checkDistinctFiles(
      [scenario(), scenario(), { use: "the scenario", file: "-" }],
      [...others, device("--junit"), device("--hgrm")],
    );
  });
});
