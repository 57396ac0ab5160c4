export type Plan = "free" | "pro" | "enterprise";

export const plans: readonly Plan[] = ["free", "pro", "enterprise"];

/** Users beyond this are not created (counted as `failed`): a bound on the memory of a long run. */
const MAX_USERS = 2_000_000;

/** One user of a plan. The balance lives in the plan's map, so that an idle user costs little. */
export interface User {
  readonly plan: PlanAccounts;
  readonly number: number;
}

interface PlanAccounts {
  readonly plan: Plan;
  readonly userPrefix: string;
  readonly startingBalance: number;
  /** By user number; a user that never asked is not in it. */
  readonly balances: Map<number, number>;
}

/**
 * The demo accounts: one API key per plan (`free-key`, `pro-key`, `enterprise-key`). User ids are
 * `<plan>-<number>`, or a positive number alone, short for the one with the key's own plan.
 */
export class Accounts {
  readonly #byKey: Map<string, PlanAccounts>;
  readonly #maxUsers: number;
  #users = 0;

  constructor(startingBalances: Readonly<Record<Plan, number>>, maxUsers = MAX_USERS) {
    this.#maxUsers = maxUsers;
    this.#byKey = new Map(
      plans.map((plan) => [
        `${plan}-key`,
        {
          plan,
          userPrefix: `${plan}-`,
          startingBalance: startingBalances[plan],
          balances: new Map(),
        },
      ]),
    );
  }

  /** The user, or undefined when the key is unknown or the user does not belong to it. */
  find(apiKey: string | undefined, userId: string | undefined): User | undefined {
    if (apiKey === undefined || userId === undefined) return undefined;
    const plan = this.#byKey.get(apiKey);
    if (plan === undefined) return undefined;
    const prefixed = userId.startsWith(plan.userPrefix);
    const number = parseDigits(userId, prefixed ? plan.userPrefix.length : 0);
    if (number < (prefixed ? 0 : 1)) return undefined;
    return { plan, number };
  }

  /** Undefined when the user would be one too many. */
  balance({ plan, number }: User): number | undefined {
    return plan.balances.get(number) ?? this.#create(plan, number);
  }

  setBalance({ plan, number }: User, balance: number): void {
    plan.balances.set(number, balance);
  }

  #create(plan: PlanAccounts, number: number): number | undefined {
    if (this.#users >= this.#maxUsers) return undefined;
    this.#users += 1;
    plan.balances.set(number, plan.startingBalance);
    return plan.startingBalance;
  }
}

/** 1 to 15 decimal digits from `start` to the end, else −1. */
function parseDigits(text: string, start: number): number {
  if (text.length === start || text.length > start + 15) return -1;
  let value = 0;
  for (let index = start; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
