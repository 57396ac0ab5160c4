import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findOnPath, isExecutable } from "./findOnPath.ts";
import { runCommand, type CommandResult } from "./runCommand.ts";

const SOURCE_DIR = fileURLToPath(new URL("ferretdb/", import.meta.url));
const BUILD_TIMEOUT_MS = 10 * 60_000;
const LEAST_GO_MINOR = 24;

export type FerretdbBuild =
  { readonly ok: true; readonly command: string } | { readonly ok: false; readonly reason: string };

/** The path of the built binary, which is kept in the user's cache until its sources change. */
export async function buildFerretdb(): Promise<FerretdbBuild> {
  const command = join(cacheDir(), `ferretdb-${await sourceHash()}`);
  if (await isExecutable(command)) return { ok: true, command };
  const go = await findGo();
  if (!go.ok) return go;
  // Built under a name of its own and renamed: a parallel build does the same work and neither sees half a file.
  const unfinished = `${command}.${randomUUID()}`;
  try {
    await mkdir(cacheDir(), { recursive: true });
    const built = await compile(go.stdout, unfinished);
    if (!built.ok) return { ok: false, reason: `FerretDB was not built: ${built.reason}` };
    await rename(unfinished, command);
    return { ok: true, command };
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Without PostgreSQL, cgo and debug symbols: smaller, and no C compiler is needed. */
function compile(go: string, target: string): Promise<CommandResult> {
  const flags = [
    "-mod=readonly",
    "-trimpath",
    "-buildvcs=false",
    "-tags=ferretdb_no_postgresql",
    "-ldflags=-s -w",
  ];
  return runCommand(go, ["build", ...flags, "-o", target, "."], {
    cwd: SOURCE_DIR,
    timeoutMs: BUILD_TIMEOUT_MS,
    environment: { CGO_ENABLED: "0", GOWORK: "off" },
  });
}

async function findGo(): Promise<CommandResult> {
  const go = await findOnPath(["go"]);
  if (go === undefined) return { ok: false, reason: "go is not on PATH" };
  const version = await runCommand(go, ["env", "GOVERSION"], { timeoutMs: 30_000 });
  if (!version.ok) return version;
  const minor = Number(/^go1\.(\d+)/.exec(version.stdout.trim())?.[1] ?? 0);
  if (minor < LEAST_GO_MINOR) {
    return {
      ok: false,
      reason: `go 1.${LEAST_GO_MINOR} is needed, found ${version.stdout.trim()}`,
    };
  }
  return { ok: true, stdout: go };
}

function cacheDir(): string {
  const base = process.env["XDG_CACHE_HOME"];
  return join(base === undefined || base === "" ? join(homedir(), ".cache") : base, "onrush-test");
}

/** Of the sources and of the platform, as one home directory may serve several machines. */
async function sourceHash(): Promise<string> {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\0`);
  const names = (await readdir(SOURCE_DIR))
    .filter((name) => /\.go$|^go\.(mod|sum)$/.test(name))
    .toSorted();
  for (const name of names) {
    hash.update(`${name}\0`).update(await readFile(join(SOURCE_DIR, name)));
  }
  return hash.digest("hex").slice(0, 16);
}
