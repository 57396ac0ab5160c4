import type { Cores } from "./machine.ts";
import type { Target } from "./target/target.ts";

/** What every group of contenders works with. */
export interface Context {
  target: Target;
  cores: Cores;
  rounds: number;
  seconds: number;
  folder: string;
  /** Says how far it is, for people. */
  tell(text: string): void;
}
