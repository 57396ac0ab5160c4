import { expect, test } from "vitest";
import { connectionsByDestination, countDestination } from "./destinations.ts";

test("pools to one destination count together until they are closed", () => {
  const a = countDestination("http://a", { size: 3 });
  const again = countDestination("http://a", { size: 4 });
  const b = countDestination("http://b", { size: 5 });
  expect(connectionsByDestination()).toEqual({ "http://a": 7, "http://b": 5 });
  a();
  b();
  expect(connectionsByDestination()).toEqual({ "http://a": 4 });
  again();
  expect(connectionsByDestination()).toEqual({});
});

test("of very many destinations only the busiest are told", () => {
  const ends = Array.from({ length: 50 }, (_, size) =>
    countDestination(`http://${size}`, { size }),
  );
  const told = connectionsByDestination();
  expect(Object.keys(told)).toHaveLength(16);
  expect(Math.min(...Object.values(told))).toBe(34);
  for (const end of ends) end();
});
