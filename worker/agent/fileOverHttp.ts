import type { FileSource } from "./ports.ts";

/** 64 MB over a slow link; the barrier gives up before. */
const ANSWER_WITHIN_MS = 60_000;

/** Files from the controller that owns the run. */
export const filesOverHttp: FileSource = {
  async read(sha256, ownerUrl) {
    if (ownerUrl === undefined) throw new Error("the run's owner is not known yet");
    const response = await fetch(`${ownerUrl}/api/v1/files/${sha256}`, {
      redirect: "error",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    if (response.status === 200) return new Uint8Array(await response.arrayBuffer());
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    throw new Error(`the controller at ${ownerUrl} answers ${response.status} for a file`);
  },
};
