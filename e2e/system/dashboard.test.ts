import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CHROMIUM_FLAGS, findChromium } from "../services/chromium.ts";
import { startEmbedded, startTarget, type TestPlatform, type TestTarget } from "./platforms.ts";

describe("the dashboard in a browser", () => {
  let platform: TestPlatform;
  let target: TestTarget;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    const found = await findChromium();
    if (!("executablePath" in found)) throw new Error(`no browser: ${found.unavailable}`);
    const { executablePath } = found;
    [platform, target, browser] = await Promise.all([
      startEmbedded(2),
      startTarget("known", "--status-mix", "200:9,500:1"),
      chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] }),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
    await target?.stop();
  });

  beforeEach(async () => {
    complaints = [];
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  const at = (id: string) => page.getByTestId(id);
  const value = async (id: string) => Number(await at(id).getAttribute("data-value"));
  const inState = (state: string) =>
    page.locator(`[data-testid="run-state"][data-state="${state}"]`).waitFor({ timeout: 30_000 });

  async function fillForm(name: string, durationSeconds: number): Promise<void> {
    await page.goto(`${platform.api.url}/scenarios/new`);
    await at("field-name").fill(name);
    await at("field-targetUrl").fill(`${target.url}/`);
    await at("field-durationSeconds").fill(String(durationSeconds));
  }

  test("a scenario made in the form runs, live, to a ledger that is exact", async () => {
    await fillForm("From the form", 4);
    await page.getByText("Ramp", { exact: true }).click();
    await at("field-loadProfile.initialRps").fill("50");
    await at("field-loadProfile.targetRps").fill("150");
    await at("field-loadProfile.rampUpSeconds").fill("4");
    // (50 + 150) / 2 a second for 4 s.
    await expect.poll(() => at("preview-total").textContent()).toContain("400");
    await at("save-and-start").click();
    await inState("RUNNING");
    await expect.poll(() => value("ledger-started")).toBeGreaterThan(0);
    await inState("COMPLETED");
    await expect.poll(() => value("ledger-scheduled")).toBe(400);
    expect((await value("ledger-started")) + (await value("ledger-scheduled-dropped"))).toBe(400);
    expect(await value("ledger-started-failed")).toBe(40);
    for (const chart of ["chart-throughput", "chart-latency", "chart-status"]) {
      expect(await at(chart).locator("path.recharts-curve").count()).toBeGreaterThan(0);
    }
    expect(await at("share-row").count()).toBe(1);
    expect(await at("health-row").count()).toBe(1);
    expect(await at("health-row").textContent()).toContain("cores");

    // An ended run shows the same when it is opened again.
    await page.reload();
    await inState("COMPLETED");
    await expect.poll(() => value("ledger-scheduled")).toBe(400);
    await page.goto(`${platform.api.url}/`);
    await page.getByTestId("scenario-row").getByText("From the form").waitFor();
  });

  test("a run's checks are listed with how often they held", async () => {
    const { runId } = await platform.api.start({
      ...{ name: "checked", targetUrl: `${target.url}/`, durationSeconds: 3 },
      loadProfile: { type: "CONSTANT", initialRps: 100 },
      checks: [
        "status == 200",
        { name: "answered", check: "status exists", failRequest: false },
        { name: "never", check: "latency < 0ms", failRequest: false },
      ],
    });
    await page.goto(`${platform.api.url}/runs/${runId}`);
    await inState("COMPLETED");
    const cells = async (check: string) =>
      page.locator(`[data-testid="check-row"][data-check="${check}"] td`).allTextContents();
    await expect
      .poll(() => cells("status == 200"))
      .toEqual(["status == 200", "request", "270", "30", "90 %"]);
    expect(await cells("answered")).toEqual(["answered", "request", "300", "0", "100 %"]);
    expect(await cells("never")).toEqual(["never", "request", "0", "300", "0 %"]);
  });

  test("users are set, drawn and counted as users, and phases tell where the time goes", async () => {
    await fillForm("Steady users", 4);
    await page.getByText("By users", { exact: true }).click();
    await at("field-loadProfile.vus").fill("8");
    await expect.poll(() => at("preview-users").textContent()).toBe("8");
    expect(await at("chart-preview-rate").count()).toBe(0);
    expect(await at("chart-preview-users").locator("path.recharts-area-area").count()).toBe(1);
    await at("save-and-start").click();
    await inState("RUNNING");
    await expect.poll(() => at("kpi-users-value").textContent()).toBe("8");
    await inState("COMPLETED");
    await expect
      .poll(() => value("ledger-scheduled"))
      .toBe(await value("ledger-scheduled-started"));
    expect(await at("chart-load").getByRole("button", { name: "users" }).count()).toBe(1);
    expect(await at("chart-load").locator("path.recharts-line-curve").count()).toBe(2);
    expect(await at("chart-throughput").getByRole("button", { name: "planned" }).count()).toBe(0);
    expect(await at("chart-phases").locator("path.recharts-area-area").count()).toBeGreaterThan(1);
    const waiting = page.locator('[data-testid="phase-row"][data-phase="waiting"]');
    expect(await waiting.count()).toBe(1);
    await page.goto(`${platform.api.url}/`);
    await at("scenario-row").getByText("8 users for 4 s").waitFor();
  });

  test("users who come and go in stages need no duration", async () => {
    await fillForm("Users in stages", 4);
    await page.getByText("By users", { exact: true }).click();
    await page.getByText("Stages", { exact: true }).first().click();
    expect(await at("field-durationSeconds").count()).toBe(0);
    for (const [i, users] of ["6", "0"].entries()) {
      await at(`field-loadProfile.stages[${i}].targetVus`).fill(users);
      await at(`field-loadProfile.stages[${i}].durationSeconds`).fill("2");
    }
    await expect.poll(() => at("preview-users").textContent()).toBe("6");
    await at("preview").getByText("users at most").waitFor();
    await at("save-and-start").click();
    await inState("COMPLETED");
    expect(Number(await at("kpi-users-value").textContent())).toBeGreaterThan(0);
    await page.goto(`${platform.api.url}/`);
    await at("scenario-row").getByText("up to 6 users for 4 s").waitFor();
    // What the store filled in must not keep it from being saved again.
    await page.getByRole("link", { name: "Edit Users in stages" }).click();
    await at("save").click();
    await at("scenario-row").getByText("Users in stages").waitFor();
  });

  test("iterations are their own progress, all of them and no more", async () => {
    await fillForm("A fixed amount of work", 4);
    await page.getByText("By users", { exact: true }).click();
    await page.getByText("Iterations", { exact: true }).click();
    await at("field-loadProfile.iterations").fill("1000");
    await at("field-loadProfile.concurrency").fill("5");
    await at("save-and-start").click();
    await inState("COMPLETED");
    await page.getByText("of 1,000 iterations").waitFor();
    await expect.poll(() => value("ledger-scheduled-started")).toBe(1_000);
  });

  test("a run can be stopped from its page", async () => {
    await fillForm("To be stopped", 120);
    await at("save-and-start").click();
    await inState("RUNNING");
    await expect.poll(() => value("ledger-started")).toBeGreaterThan(0);
    await at("stop-run").click();
    await at("confirm").click();
    await inState("STOPPED");
    expect(await value("ledger-scheduled")).toBeLessThan(1200);
  });

  test("problems are shown at their fields, and nothing is stored", async () => {
    const before = (await platform.api.call("GET", "/api/v1/scenarios")) as { total: number };
    await page.goto(`${platform.api.url}/scenarios/new`);
    await at("field-targetUrl").fill("not a url");
    await at("save").click();
    await page.getByText("must be a full http:// or https:// URL").first().waitFor();
    const after = (await platform.api.call("GET", "/api/v1/scenarios")) as { total: number };
    expect(after.total).toBe(before.total);
    // The refused answers are what was to be seen.
    complaints = complaints.filter((text) => !text.includes("400"));
  });

  test("workers are listed with what they measure", async () => {
    await page.goto(`${platform.api.url}/workers`);
    await expect.poll(() => at("worker-row").count()).toBe(2);
    expect(await at("worker-capacity").allTextContents()).toEqual(["not measured", "not measured"]);
  });

  test("the API's documentation renders without the network", async () => {
    await page.goto(`${platform.api.url}/docs`);
    await page.getByText("/api/v1/scenarios", { exact: false }).first().waitFor();
  });
});
