import { median } from "./statistics.ts";

/** One thing to time: `run` does it `operations` times. */
export interface MicroBench {
  name: string;
  operations: number;
  run(): void;
}

export interface MicroResult {
  name: string;
  medianNs: number;
  minNs: number;
}

const WARM_UPS = 3;
const ROUNDS = 9;

/** One operation, many times. */
export function repeat(
  name: string,
  operations: number,
  operation: (i: number) => void,
): MicroBench {
  return {
    name,
    operations,
    run() {
      for (let i = 0; i < operations; i++) operation(i);
    },
  };
}

/** Nanoseconds per operation: the median and the best of several rounds after a warm-up. */
export function measure(bench: MicroBench): MicroResult {
  for (let i = 0; i < WARM_UPS; i++) bench.run();
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = process.hrtime.bigint();
    bench.run();
    return Number(process.hrtime.bigint() - start) / bench.operations;
  });
  return { name: bench.name, medianNs: median(rounds), minNs: Math.min(...rounds) };
}
