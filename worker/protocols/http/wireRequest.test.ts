import * as fc from "fast-check";
import type { Template } from "@onrush/shared/template/compileTemplate.ts";
import { integerRender } from "@onrush/shared/template/render.ts";
import { expect, test } from "vitest";
import { Slot } from "../../engine/slot.ts";
import { WireTemplate } from "./wireRequest.ts";

const body: Template = { literals: ["<", ">"], values: [({ arrival }) => "x".repeat(arrival)] };

function rendered(template: WireTemplate, arrival: number): Buffer {
  const slot = new Slot(0);
  slot.arrival = arrival;
  return template.render(slot);
}

test("bytes that were handed over stay as they are, others are used again", () => {
  const template = new WireTemplate("POST / HTTP/1.1\r\n", true, body);
  const first = rendered(template, 5);
  const text = "POST / HTTP/1.1\r\ncontent-length: 7\r\n\r\n<xxxxx>";
  expect(first.toString()).toBe(text);
  template.handOver();
  const second = rendered(template, 3);
  expect(first.toString()).toBe(text);
  expect(second.toString()).toContain("\r\n\r\n<xxx>");
  expect(rendered(template, 3)).toBe(second);
});

test("a request that outgrows the buffer is whole, and the next one too", () => {
  const template = new WireTemplate("POST / HTTP/1.1\r\n", true, body);
  for (const arrival of [1, 50_000, 2]) {
    expect(rendered(template, arrival).toString()).toMatch(
      new RegExp(`content-length: ${arrival + 2}\r\n\r\n<x{${arrival}}>$`),
    );
  }
});

test("whatever the values are, each request is what its own values make of it", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.constantFrom("", "ü", "x".repeat(70), "y".repeat(2_000), "ß".repeat(40)),
  );
  const one = fc.record({ a: text, n: fc.maxSafeInteger(), b: text, handsOver: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(one, { minLength: 1, maxLength: 20 }),
      fc.boolean(),
      (all, needsLength) => {
        let now = all[0] as (typeof all)[number];
        const template = new WireTemplate(
          { literals: ["POST /", " HTTP/1.1\r\n"], values: [integerRender(() => now.n)] },
          needsLength,
          {
            literals: ["<", "|", "|", ">"],
            values: [() => now.a, integerRender(() => now.n), () => now.b],
          },
        );
        for (now of all) {
          const bytes = template.render(new Slot(0));
          const sent = `<${now.a}|${now.n}|${now.b}>`;
          const length = needsLength ? `content-length: ${Buffer.byteLength(sent)}\r\n` : "";
          expect(bytes.toString()).toBe(
            Buffer.from(`POST /${now.n} HTTP/1.1\r\n${length}\r\n${sent}`).toString(),
          );
          if (now.handsOver) template.handOver();
        }
      },
    ),
  );
});
