import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { corpus } from "@onrush/cli/malformed/corpus.ts";
import { afterAll, describe, expect, test } from "vitest";
import { OnrushProcess } from "./onrushProcess.ts";

const folder = mkdtempSync(join(tmpdir(), "onrush-refused-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function refuse(file: string): Promise<string> {
  const command = new OnrushProcess(["run", file]);
  expect(await command.exited, command.output).toBe(2);
  // A stack trace has lines that begin so.
  expect(command.output).not.toMatch(/^\s+at /m);
  return command.output;
}

describe("the command refuses a malformed scenario and exits with 2", () => {
  const sample = [
    ...["form-many-problems.json", "keys-proto.json", "template-data.json", "text-cut.json"],
    ...["yaml-bomb.yaml", "yaml-cyclic-alias.yaml", "profile-type.json", "check-regex.json"],
  ];
  test.each(corpus.filter(({ name }) => sample.includes(name)))(
    "$name",
    async ({ file, expected }) => {
      const output = await refuse(file);
      for (const { path, says } of expected) {
        expect(output).toContain(`${path || "(document)"}: `);
        expect(output).toContain(says);
      }
    },
  );

  test.each<[string, string | Buffer, RegExp]>([
    ["of 50 MB", Buffer.alloc(50_000_000, " "), /larger than 1 MB/],
    ["of 100,000 levels", '{"a":'.repeat(100_000), /nests deeper than 64 levels/],
    ["of bytes that are no text", Buffer.from([0xff, 0xfe, 0, 1]), /not UTF-8/],
  ])("%s", async (_name, content, message) => {
    const file = join(folder, "scenario.json");
    writeFileSync(file, content);
    expect(await refuse(file)).toMatch(message);
  });

  test("that is not there", async () => {
    expect(await refuse(join(folder, "nowhere.json"))).toMatch(/cannot read/);
  });
});
