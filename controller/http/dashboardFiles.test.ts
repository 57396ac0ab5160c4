import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./testServer.ts";

let directory = "";
let server: TestServer;
const asBrowser = { headers: { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" } };

beforeAll(async () => {
  // A dot in the path: files below hidden folders must be served too.
  directory = join(await mkdtemp(join(tmpdir(), "onrush-")), ".built");
  await mkdir(join(directory, "assets"), { recursive: true });
  await writeFile(join(directory, "index.html"), "<title>The dashboard</title>");
  await writeFile(join(directory, "assets", "app-1a2b3c.js"), "console.log(1)");
  await writeFile(join(directory, "icon.svg"), "<svg/>");
  server = await startTestServer({ dashboardDir: directory });
});
afterAll(async () => {
  await server.close();
  await rm(join(directory, ".."), { recursive: true });
});

test.each(["/", "/runs/abc", "/scenarios/new?tab=2"])(
  "%s is the dashboard's page",
  async (path) => {
    const response = await fetch(server.url + path, asBrowser);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    expect(await response.text()).toContain("The dashboard");
  },
);

test("hashed assets are kept for a year, other files are checked each time", async () => {
  const asset = await fetch(`${server.url}/assets/app-1a2b3c.js`);
  expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(asset.headers.get("content-type")).toContain("text/javascript");
  const icon = await fetch(`${server.url}/icon.svg`);
  expect(icon.headers.get("cache-control")).toBe("no-cache");
  await Promise.all([asset.text(), icon.text()]);
});

test.each(["/assets/gone.js", "/api/v1/nothing", "/api", "/docs/nothing"])(
  "%s stays a problem even for a browser",
  async (path) => {
    const response = await fetch(server.url + path, asBrowser);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    await response.text();
  },
);

test.each(["/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%5c..%5cx"])(
  "%s reaches no file outside",
  async (path) => {
    const response = await fetch(server.url + path);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    await response.text();
  },
);

test("without a built dashboard the page says how to build it", async () => {
  const other = await startTestServer();
  const response = await fetch(other.url, asBrowser);
  expect(await response.text()).toContain("pnpm run build");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
  await other.close();
});
