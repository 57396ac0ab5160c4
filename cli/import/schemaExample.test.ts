import { describe, expect, test } from "vitest";
import { References } from "./references.ts";
import { schemaExample } from "./schemaExample.ts";

function example(schemas: Record<string, unknown>, name: string): unknown {
  const references = new References({ components: { schemas } }, []);
  return schemaExample({ $ref: `#/components/schemas/${name}` }, references);
}
const to = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const properties = (count: number, of: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, of]));

describe("the example of a schema", () => {
  test("leaves out what contains itself, also by way of another", () => {
    const Node = {
      properties: {
        id: { type: "integer" },
        next: to("Node"),
        children: { type: "array", items: to("Child") },
      },
    };
    const Child = { properties: { name: { type: "string" }, parent: to("Node") } };
    expect(example({ Node, Child }, "Node")).toEqual({ id: 1, children: [{ name: "text" }] });
  });

  test("has the same schema twice where neither is in the other", () => {
    const Point = { properties: { x: { type: "number" } } };
    const Line = { properties: { from: to("Point"), to: to("Point") } };
    expect(example({ Point, Line }, "Line")).toEqual({ from: { x: 1 }, to: { x: 1 } });
  });

  test("of ten properties on each level that are in themselves is small", () => {
    const Wide = { properties: properties(10, to("Wide")) };
    expect(example({ Wide }, "Wide")).toEqual({});
    const levels = Object.fromEntries(
      Array.from({ length: 7 }, (_, i) => [
        `L${i}`,
        { properties: properties(10, to(`L${i + 1}`)) },
      ]),
    );
    const deep = example({ ...levels, L7: { type: "string" } }, "L0");
    expect(JSON.stringify(deep).length).toBeLessThan(100_000);
  });
});
