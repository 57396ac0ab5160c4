import { HeadCache } from "@onrush/worker/protocols/http/headCache.ts";
import { ResponseParser } from "@onrush/worker/protocols/http/responseParser.ts";
import { wireRequest } from "@onrush/worker/protocols/http/wireRequest.ts";
import type { RequestResult } from "@onrush/worker/metrics/dueSecond.ts";
import { Recorder } from "@onrush/worker/metrics/recorder.ts";
import { type MicroBench, repeat } from "./microBench.ts";

const COUNT = 100_000;

const fixedAnswer = Buffer.from(
  "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n" +
    "Connection: keep-alive\r\n\r\nok\n",
);
const chunkedAnswer = Buffer.from(
  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n" +
    "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
);

function parse(parser: ResponseParser, bytes: Uint8Array, heads?: HeadCache): void {
  parser.begin(false, heads);
  parser.feed(bytes, 0, bytes.length);
}

/** What a request costs on its way through the worker, without the kernel. */
export function httpBenches(): MicroBench[] {
  const parser = new ResponseParser();
  const heads = new HeadCache();
  const recorder = new Recorder();
  const result: RequestResult = {
    ...{ step: 0, dueUs: 0, sentUs: 10, endUs: 1_000, status: 200, error: "" },
    ...{ beganUs: 0, writtenUs: 15, firstByteUs: 1_000, opened: null, checksPassed: 0 },
    ...{ outcome: "ok", namedOutcome: -1 },
  };
  const request = {
    method: "POST",
    url: "http://127.0.0.1:9092/orders?page=2",
    headers: { authorization: "Bearer 0123456789" },
    body: Buffer.from('{"user":"ada","amount":10}'),
  };
  return [
    repeat("record a request, all of it", COUNT, (i) => {
      result.endUs = 1_000 + (i % 5_000);
      result.firstByteUs = result.endUs;
      recorder.started(0, 0, 0);
      recorder.request(result);
      recorder.iteration(0, "ok", result.endUs);
      recorder.wallAt(result.endUs).step(0).completed++;
    }),
    repeat("parse an answer with a length", COUNT, () => parse(parser, fixedAnswer)),
    repeat("parse an answer with the same head again", COUNT, () =>
      parse(parser, fixedAnswer, heads),
    ),
    repeat("parse a chunked answer", COUNT, () => parse(parser, chunkedAnswer)),
    repeat("prepare a request's bytes", 10_000, () => void wireRequest(request)),
  ];
}
