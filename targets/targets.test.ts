import { describe, expect, test } from "vitest";
import { targets } from "./targets.ts";

describe.each(Object.entries(targets))("target %s", (name, definition) => {
  test("is registered under its own name", () => {
    expect(definition.name).toBe(name);
    expect(definition.description).not.toBe("");
  });

  test("each option has a description, a default of its kind and a name of its own", () => {
    const names = definition.options.map((option) => option.name);
    expect(new Set([...names, "host", "port"]).size).toBe(names.length + 2);
    for (const option of definition.options) {
      expect(option.description).not.toBe("");
      expect(typeof option.default).toBe(option.kind);
    }
  });

  test("starts with its own defaults given as text, and stops", async () => {
    const defaults = definition.options.map((option) => [option.name, String(option.default)]);
    const target = await definition.start({ ...Object.fromEntries(defaults), port: "0" });
    expect((await fetch(target.url)).status).toBeLessThan(500);
    await target.stop();
  });

  test("refuses unknown options before it listens", async () => {
    await expect(definition.start({ port: 0, nonsense: 1 })).rejects.toMatchObject({
      code: "BAD_OPTIONS",
      message: expect.stringContaining("nonsense is not an option"),
    });
  });
});

test("the targets have their documented ports", () => {
  const ports = Object.values(targets).map(({ name, defaultPort }) => [name, defaultPort]);
  expect(ports).toEqual([
    ["sms-gateway", 9_091],
    ["known", 9_092],
  ]);
});
