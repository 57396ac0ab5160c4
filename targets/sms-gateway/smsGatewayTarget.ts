import { OptionReader } from "../optionReader.ts";
import type { StartOptions, TargetDefinition, TargetOption } from "../target.ts";
import type { Plan } from "./accounts.ts";
import { plans } from "./accounts.ts";
import { startSmsGateway } from "./startSmsGateway.ts";

const defaultBalances = { free: 100, pro: 10_000, enterprise: 10_000_000 } as const;

const milliseconds = { default: 0, kind: "number", min: 0, max: 3_600_000 } as const;

const options: readonly TargetOption[] = [
  { name: "latencyMs", description: "milliseconds from arrival to answer", ...milliseconds },
  {
    name: "latencyJitterMs",
    description: "up to this many milliseconds more, uniformly drawn",
    ...milliseconds,
  },
  {
    name: "errorRate",
    description: "share of valid messages answered with 500, from 0 to 1",
    default: 0,
    kind: "number",
    min: 0,
    max: 1,
  },
  {
    name: "balances",
    description: "starting balance of each user by plan; a plan left out keeps its default",
    default: plans.map((plan) => `${plan}:${defaultBalances[plan]}`).join(","),
    kind: "string",
  },
];

const description = { name: "sms-gateway", defaultPort: 9_091, options };

export const smsGatewayTarget: TargetDefinition = {
  ...description,
  description: "an SMS gateway with API keys, plans and balances",
  start: async (given) => startSmsGateway(readSmsGatewayOptions(given)),
};

function readSmsGatewayOptions(given: StartOptions) {
  const reader = new OptionReader(description, given);
  const read = {
    ...reader.address(),
    latencyMs: reader.number("latencyMs"),
    latencyJitterMs: reader.number("latencyJitterMs"),
    errorRate: reader.number("errorRate"),
    balances: {
      ...defaultBalances,
      ...Object.fromEntries(reader.counts("balances", "plan", isPlan)),
    },
    random: Math.random,
  };
  reader.finish();
  return read;
}

function isPlan(key: string): key is Plan {
  return (plans as readonly string[]).includes(key);
}
