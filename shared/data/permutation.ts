import { hashAt, streamHash } from "../random/hashRandom.ts";

const ROUNDS = 6;

/**
 * A seeded permutation of 0…count−1, worked out one number at a time: a Feistel network over
 * a × b ≥ count whose rounds add modulo a and b in turn; what falls beyond `count` goes round
 * again (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002).
 */
export function permutation(count: number, seed: number, stream: number): (n: number) => number {
  const a = Math.ceil(Math.sqrt(count));
  const b = Math.ceil(count / a);
  const keys = Array.from({ length: ROUNDS }, (_, round) => streamHash(seed, stream + round));
  return (n) => {
    let at = n;
    do {
      let left = at % a;
      let right = Math.floor(at / a);
      for (let round = 0; round < ROUNDS; round += 2) {
        left = (left + hashAt(keys[round] as number, right)) % a;
        right = (right + hashAt(keys[round + 1] as number, left)) % b;
      }
      at = right * a + left;
    } while (at >= count);
    return at;
  };
}
