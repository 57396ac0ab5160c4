import { type ContenderResult, type Sample, summarise } from "./figures.ts";

export interface Contender {
  name: string;
  round(): Promise<Sample>;
}

/**
 * A B C, A B C, …: what disturbs the machine for a while disturbs all of them. The first round
 * warms up and is not counted.
 */
export async function alternate(
  contenders: readonly Contender[],
  rounds: number,
  tell: (text: string) => void,
): Promise<ContenderResult[]> {
  const samples = contenders.map((): Sample[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      const label = round === 0 ? "warm-up" : `round ${round}/${rounds}`;
      tell(`${label}: ${contender.name}`);
      const sample = await contender.round();
      if (round > 0) samples[i]?.push(sample);
    }
  }
  return contenders.map(({ name }, i) => summarise(name, samples[i] ?? []));
}
