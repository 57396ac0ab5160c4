import { expect, test } from "vitest";
import { withScheme } from "./withScheme.ts";

test.each([
  "localhost",
  "localhost:9092/a",
  "127.0.0.1:8080",
  "shop.example/a?b=c",
  "web:80",
  "[::1]:80",
])("%s is meant with http://", (url) => expect(withScheme(url)).toBe(`http://${url}`));

test.each([
  "http://a:1",
  "https://a.example",
  "ftp://a.example",
  "nonsense",
  "mailto:me",
  "",
  "/a.b",
])("%j stays as it is", (url) => expect(withScheme(url)).toBe(url));
