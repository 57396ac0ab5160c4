import { findOnPath, isExecutable } from "./findOnPath.ts";
import { installDebianPackages } from "./installDebianPackages.ts";

export type Chromium = { readonly executablePath: string } | { readonly unavailable: string };

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

// Without fonts text has no width, and measured layouts and screenshots mean nothing.
const PACKAGES = ["chromium", "fonts-liberation", "fonts-noto-color-emoji"];

/** Needed to run as root, and to keep the browser from calling home or opening UDP of its own. */
export const CHROMIUM_FLAGS: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** CHROMIUM_PATH, else a browser on PATH, else Debian's package. A CHROMIUM_PATH that fails is not replaced. */
export async function findChromium(): Promise<Chromium> {
  const givenPath = process.env["CHROMIUM_PATH"];
  if (givenPath !== undefined && givenPath !== "") {
    if (await isExecutable(givenPath)) return { executablePath: givenPath };
    return { unavailable: `CHROMIUM_PATH: ${givenPath} cannot be executed` };
  }
  const found = await findInstalled();
  if (found !== undefined) return { executablePath: found };
  const installed = await installDebianPackages(PACKAGES);
  if (!installed.ok) return { unavailable: `no Chromium on PATH, ${installed.reason}` };
  const executablePath = await findInstalled();
  return executablePath === undefined
    ? { unavailable: "the installed chromium is not on PATH" }
    : { executablePath };
}

/** Debian's place is asked first, as PATH may lead to a wrapper. */
async function findInstalled(): Promise<string | undefined> {
  const debianPath = "/usr/bin/chromium";
  return (await isExecutable(debianPath)) ? debianPath : findOnPath(NAMES);
}
