import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

/** How a proxy behaves, beside forwarding. */
export interface ProxyOptions {
  /** `user:password` that it asks for. */
  credentials?: string;
  /** It refuses every request and tunnel with this status. */
  refuse?: number;
  /** It takes connections and never answers. */
  silent?: boolean;
  /** It cuts every connection once it was asked for a tunnel. */
  cut?: boolean;
}

/** A small real forward proxy: whole URLs for http://, CONNECT for https://. */
export class ForwardProxy {
  readonly requests: { url: string; headers: IncomingMessage["headers"] }[] = [];
  readonly tunnels: string[] = [];
  connections = 0;
  readonly #options: ProxyOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(options: ProxyOptions = {}) {
    this.#options = options;
    this.#server = createServer((incoming, response) => this.#forward(incoming, response));
    this.#server.on("connection", (socket) => {
      this.connections++;
      this.#track(socket);
    });
    this.#server.on("connect", (incoming: IncomingMessage, socket: Socket) =>
      this.#tunnel(incoming, socket),
    );
  }

  /** Its URL, with credentials before the host when there are any. */
  async start(credentials = ""): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const at = credentials === "" ? "" : `${credentials}@`;
    return `http://${at}127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }

  /** The status it answers itself; 0 when it forwards. */
  #refusal(incoming: IncomingMessage): number {
    const { credentials, refuse = 0 } = this.#options;
    if (refuse > 0) return refuse;
    if (credentials === undefined) return 0;
    const wanted = `Basic ${Buffer.from(credentials).toString("base64")}`;
    return incoming.headers["proxy-authorization"] === wanted ? 0 : 407;
  }

  #forward(incoming: IncomingMessage, response: ServerResponse): void {
    const { url = "", method, headers } = incoming;
    this.requests.push({ url, headers });
    if (this.#options.silent === true) return;
    const refusal = this.#refusal(incoming);
    if (refusal > 0) return void response.writeHead(refusal).end();
    const { "proxy-authorization": _secret, ...rest } = headers;
    const onward = request(url, { method, headers: rest }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.writeHead(502).end());
    incoming.pipe(onward);
  }

  #tunnel(incoming: IncomingMessage, socket: Socket): void {
    const authority = incoming.url ?? "";
    this.tunnels.push(authority);
    if (this.#options.silent === true) return;
    if (this.#options.cut === true) return void socket.destroy();
    const refusal = this.#refusal(incoming);
    if (refusal > 0) return void socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
    const [host, port] = authority.split(":");
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connected\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    this.#track(onward);
    onward.on("error", () => socket.destroy());
    socket.on("close", () => onward.destroy());
    onward.on("close", () => socket.destroy());
  }
}
