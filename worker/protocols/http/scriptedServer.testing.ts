import { createServer, type Server, type Socket } from "node:net";
import { type TLSSocketOptions, TLSSocket } from "node:tls";

/** What a scripted server does once it has a whole request: pieces to write, then the end. */
export interface Script {
  /** Written one after the other, each as a segment of its own. */
  pieces: readonly (string | Uint8Array)[];
  /** "keep" leaves the connection open, "end" closes it, "reset" cuts it off. */
  last?: "keep" | "end" | "reset";
}

/** A server that answers every request on every connection by the script of its path. */
export class ScriptedServer {
  connections = 0;
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #scripts: Readonly<Record<string, Script>>;
  readonly #scheme: string;

  /** Over TLS with the key and certificate of `secret`. */
  constructor(scripts: Readonly<Record<string, Script>>, secret?: TLSSocketOptions) {
    this.#scripts = scripts;
    this.#scheme = secret === undefined ? "http" : "https";
    this.#server = createServer({ noDelay: true }, (tcp) => {
      // A TLS socket of its own making, so that the one below it is there to be reset.
      const socket = secret && new TLSSocket(tcp, { ...secret, isServer: true });
      if (socket !== undefined) tcp.on("error", () => {});
      this.#serve(socket ?? tcp, tcp);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return `${this.#scheme}://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket, tcp: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    let seen = "";
    socket.on("data", (data: Buffer) => {
      seen += data.toString("latin1");
      const head = seen.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(seen)?.[1] ?? 0);
      if (seen.length < head + 4 + length) return;
      const request = seen;
      seen = "";
      this.requests.push(request);
      const path = request.split(" ")[1] ?? "";
      void this.#play(socket, tcp, this.#scripts[path] ?? { pieces: [] });
    });
  }

  async #play(socket: Socket, tcp: Socket, script: Script): Promise<void> {
    for (const piece of script.pieces) {
      if (socket.destroyed) return;
      await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (script.last === "end") socket.end();
    if (script.last === "reset") tcp.resetAndDestroy();
  }
}
