import { MOST_GENERATIONS } from "../choices.ts";
import type { Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";

/** Containers follow one step of a change at a time, so only neighbouring generations are trusted together. */
export function secretChecks({ authority: { generation, alsoTrusted } }: Settings["secrets"]): Problem[] {
  if (alsoTrusted === undefined || Math.abs(alsoTrusted - generation) === 1) return [];
  const neighbours = [generation - 1, generation + 1].filter((number) => number >= 1 && number <= MOST_GENERATIONS);
  return [
    {
      path: ["secrets", "authority", "alsoTrusted"],
      value: alsoTrusted,
      allowed: `${neighbours.join(" or ")}: secrets.authority.generation is ${generation}`,
    },
  ];
}
