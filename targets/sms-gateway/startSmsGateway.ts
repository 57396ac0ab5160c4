import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "../answer.ts";
import { emptyAnswer, jsonAnswer, send } from "../answer.ts";
import { callAt, unixUs } from "../clock.ts";
import type { Address } from "../loadServer.ts";
import { startLoadServer } from "../loadServer.ts";
import type { RunningTarget } from "../target.ts";
import type { Plan, User } from "./accounts.ts";
import { Accounts } from "./accounts.ts";
import { AcceptedAnswers, MAX_BODY_BYTES, answers, badMessage } from "./gatewayAnswers.ts";
import type { Ending } from "./gatewayStats.ts";
import { GatewayStats } from "./gatewayStats.ts";
import { messageProblem } from "./message.ts";
import { readBody } from "./readBody.ts";

export interface SmsGatewayOptions extends Address {
  /** Starting balance of a user, by plan. */
  balances: Readonly<Record<Plan, number>>;
  /** From a request's arrival to its answer: fixed, plus a uniform share of the jitter. */
  latencyMs: number;
  latencyJitterMs: number;
  /** 0 to 1, of the messages that would otherwise be accepted or refused for an empty balance. */
  errorRate: number;
  /** Uniform in [0, 1); for the jitter and the failures. */
  random: () => number;
}

/** A request on its way: the period that counts it and its arrival in `performance.now()` ms. */
interface Exchange {
  readonly response: ServerResponse;
  readonly stats: GatewayStats;
  readonly arrivedMs: number;
}

/** A small SMS gateway: API keys, plans, balances, failures and latency to order. */
export function startSmsGateway(options: SmsGatewayOptions): Promise<RunningTarget> {
  const gateway = new SmsGateway(options);
  return startLoadServer("sms-gateway", options, (request, response) =>
    gateway.handle(request, response),
  );
}

class SmsGateway {
  readonly #options: SmsGatewayOptions;
  readonly #accounts: Accounts;
  readonly #accepted = new AcceptedAnswers();
  #stats = new GatewayStats(unixUs());

  constructor(options: SmsGatewayOptions) {
    this.#options = options;
    this.#accounts = new Accounts(options.balances);
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const path = withoutQuery(request.url ?? "");
    if (!path.startsWith("/v1/sms/")) {
      send(response, this.#operate(request.method, path));
      return;
    }
    const exchange = { response, stats: this.#stats, arrivedMs: performance.now() };
    exchange.stats.arrived(unixUs());
    if (path === "/v1/sms/send" && request.method === "POST") {
      this.#send(request, exchange);
    } else if (path === "/v1/sms/balance" && request.method === "GET") {
      this.#readBalance(request, exchange);
    } else if (path === "/v1/sms/send" || path === "/v1/sms/balance") {
      const answer = path === "/v1/sms/send" ? answers.post : answers.get;
      this.#end(exchange, "invalid", answer);
    } else {
      this.#end(exchange, "invalid", answers.notFound);
    }
  }

  #send(request: IncomingMessage, exchange: Exchange): void {
    const user = this.#findUser(request);
    readBody(request, MAX_BODY_BYTES, (body) => {
      if (body === "aborted") exchange.stats.ended("aborted");
      else if (user === undefined) this.#end(exchange, "unauthorized", answers.unauthorized);
      else if (body === "tooLarge") this.#end(exchange, "invalid", answers.tooLarge);
      else this.#sendMessage(exchange, user, body);
    });
  }

  #sendMessage(exchange: Exchange, user: User, body: Buffer): void {
    const problem = messageProblem(body);
    if (problem !== undefined) {
      this.#end(exchange, "invalid", badMessage[problem]);
      return;
    }
    const { errorRate, random } = this.#options;
    if (errorRate > 0 && random() < errorRate) {
      this.#end(exchange, "failed", answers.failed);
      return;
    }
    const balance = this.#accounts.balance(user);
    if (balance === undefined) {
      this.#end(exchange, "failed", answers.tooManyUsers);
    } else if (balance < 1) {
      this.#end(exchange, "noBalance", answers.noBalance);
    } else {
      this.#accounts.setBalance(user, balance - 1);
      this.#end(exchange, "accepted", this.#accepted.next(user.plan.plan));
    }
  }

  #readBalance(request: IncomingMessage, exchange: Exchange): void {
    const user = this.#findUser(request);
    if (user === undefined) {
      this.#end(exchange, "unauthorized", answers.unauthorized);
      return;
    }
    const balance = this.#accounts.balance(user);
    if (balance === undefined) {
      this.#end(exchange, "failed", answers.tooManyUsers);
      return;
    }
    const { plan } = user.plan;
    const userId = `${plan}-${user.number}`;
    this.#end(exchange, "balanceReads", jsonAnswer(200, { userId, plan, balance }));
  }

  /** Node gives header names in lower case and joins repeated ones, which matches no key. */
  #findUser({ headers }: IncomingMessage): User | undefined {
    return this.#accounts.find(
      headers["x-api-key"] as string | undefined,
      headers["x-auth-user-id"] as string | undefined,
    );
  }

  #end({ response, stats, arrivedMs }: Exchange, ending: Ending, answer: Answer): void {
    stats.ended(ending);
    const { latencyMs, latencyJitterMs, random } = this.#options;
    if (latencyMs + latencyJitterMs === 0) {
      send(response, answer);
    } else {
      const jitterMs = latencyJitterMs === 0 ? 0 : latencyJitterMs * random();
      callAt(arrivedMs + latencyMs + jitterMs, () => send(response, answer));
    }
  }

  #operate(method: string | undefined, path: string): Answer {
    if (path === "/health") return method === "GET" ? answers.health : answers.get;
    if (path === "/stats") {
      return method === "GET" ? jsonAnswer(200, this.#stats.toJson(unixUs())) : answers.get;
    }
    if (path !== "/stats/reset") return answers.notFound;
    if (method !== "POST") return answers.post;
    this.#stats = new GatewayStats(unixUs());
    return emptyAnswer(204);
  }
}

function withoutQuery(url: string): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}
