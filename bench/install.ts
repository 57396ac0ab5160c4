import { installDebianPackages } from "@onrush/e2e/services/installDebianPackages.ts";
import { findProgram } from "./programs.ts";

/** Programs by the Debian package that has them. */
const packages: Record<string, string> = {
  wrk: "wrk",
  hey: "hey",
  ab: "apache2-utils",
  nginx: "nginx-light",
};

/** Gets what is missing from Debian; autocannon comes with this package, k6 and vegeta do not. */
export async function installPeers(): Promise<void> {
  const missing = Object.entries(packages).filter(([name]) => findProgram(name) === undefined);
  if (missing.length === 0) return;
  const result = await installDebianPackages(missing.map(([, debianPackage]) => debianPackage));
  if (!result.ok) throw new Error(result.reason);
}
