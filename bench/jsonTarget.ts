import { createServer } from "node:net";

/** A target that answers every read with the same small JSON document: next to no CPU of its own. */
const body = '{"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","status":"queued","priority":"normal"}';
const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
const answer = Buffer.from(`${head}\r\n\r\n${body}`);

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {});
  socket.on("data", () => socket.write(answer));
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  console.log(`listens at http://127.0.0.1:${port}`);
});
