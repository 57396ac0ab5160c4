import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { findOnPath } from "./findOnPath.ts";
import { runCommand, type CommandResult } from "./runCommand.ts";

const SCRIPT = fileURLToPath(new URL("installDebianPackages.sh", import.meta.url));
const INSTALL_TIMEOUT_MS = 15 * 60_000;

/** Installs packages where we may: as root on Debian or a relative of it. Parallel callers wait for each other. */
export async function installDebianPackages(packages: readonly string[]): Promise<CommandResult> {
  const refusal = await reasonNotToInstall();
  if (refusal !== undefined)
    return { ok: false, reason: `${packages[0] ?? ""} cannot be installed: ${refusal}` };
  return runCommand("/bin/sh", [SCRIPT, ...packages], { timeoutMs: INSTALL_TIMEOUT_MS });
}

async function reasonNotToInstall(): Promise<string | undefined> {
  const isDebian = await access("/etc/debian_version").then(
    () => true,
    () => false,
  );
  if (!isDebian) return "this is not Debian";
  if ((await findOnPath(["apt-get"])) === undefined) return "apt-get is not on PATH";
  if (process.getuid?.() !== 0) return "we are not root";
  return undefined;
}
