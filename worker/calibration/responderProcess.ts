import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { FromResponder, ToResponder } from "./responder.ts";

const ANSWER_WITHIN_MS = 10_000;

/** A responder in a child process. */
export class ResponderProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}/`;
  }

  static async start(): Promise<ResponderProcess> {
    const child = fork(fileURLToPath(new URL("responder.ts", import.meta.url)), [], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    try {
      const answer = await nextMessage(child);
      if (answer.type !== "listening") throw new Error("the responder did not begin to listen");
      return new ResponderProcess(child, answer.port);
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  /** CPU time it has used so far, in microseconds. */
  async cpuUs(): Promise<number> {
    const question: ToResponder = "cpu";
    this.#child.send(question);
    const answer = await nextMessage(this.#child);
    return answer.type === "cpu" ? answer.cpuUs : 0;
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }
}

async function nextMessage(child: ChildProcess): Promise<FromResponder> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), ANSWER_WITHIN_MS);
  const ended = once(child, "exit", { signal: giveUp.signal }).then(() => {
    throw new Error("the responder ended by itself");
  });
  try {
    const answer = once(child, "message", { signal: giveUp.signal });
    const [message] = (await Promise.race([answer, ended])) as [FromResponder];
    return message;
  } catch (error) {
    if (giveUp.signal.aborted) {
      throw new Error("the responder did not answer within 10 s", { cause: error });
    }
    throw error;
  } finally {
    clearTimeout(timer);
    // Whatever of the two still waits must not reject unheard.
    ended.catch(() => {});
    giveUp.abort();
  }
}
