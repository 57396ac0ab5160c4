/**
 * The target where there is no nginx: answers every request head on a connection with the same
 * prepared bytes, or a small document. `node bench/target/nodeResponder.ts PORT`; ends at SIGTERM.
 */
import { createServer } from "node:net";
import { JSON_ANSWER, JSON_PATH } from "./answers.ts";

const HEAD_END = "\r\n\r\n";
const answer = (type: string, body: string) =>
  Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: keep-alive${HEAD_END}${body}`,
  );
const ANSWER = answer("text/plain", "ok\n");
const JSON_DOCUMENT = answer("application/json", JSON_ANSWER);

const server = createServer({ noDelay: true }, (socket) => {
  // The last bytes of a chunk that may be the begin of a head's end.
  let rest = "";
  socket.on("data", (chunk) => {
    const text = rest + chunk.toString("latin1");
    let at = 0;
    for (;;) {
      const end = text.indexOf(HEAD_END, at);
      if (end < 0) break;
      at = end + HEAD_END.length;
      socket.write(text.includes(` ${JSON_PATH} `) ? JSON_DOCUMENT : ANSWER);
    }
    rest = text.slice(Math.max(at, text.length - (HEAD_END.length - 1)));
  });
  socket.on("error", () => socket.destroy());
});
server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
process.once("SIGTERM", () => process.exit(0));
