import type { Template } from "@onrush/shared/template/compileTemplate.ts";
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
