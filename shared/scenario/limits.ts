/** What a scenario may ask for at most. */
export const MAX_SECONDS = 7 * 24 * 3600;
export const MAX_RPS = 10_000_000;
export const MAX_USERS = 1_000_000;
export const MAX_ITERATIONS = 10_000_000_000;
/** Arrivals of a Poisson process: all its counts are drawn before the start. */
export const MAX_POISSON_ARRIVALS = 10_000_000_000;
export const MAX_WORKERS = 10_000;
export const MAX_STEPS = 100;
/** Steps sent at once by one iteration. */
export const MAX_PARALLEL = 50;
export const MAX_BRANCHES = 100;
/** Groups, repeats and branches in one another. */
export const MAX_FLOW_DEPTH = 8;
/** Requests of one iteration, every repetition counted. */
export const MAX_OPERATIONS = 10_000;
export const MAX_WORKLOADS = 100;
export const MAX_SCENARIO_BYTES = 1_000_000;
/** Bursts with all their repetitions. */
export const MAX_BURSTS = 10_000;
/** Problems reported of one document; what is beyond them is counted. */
export const MAX_PROBLEMS = 200;
