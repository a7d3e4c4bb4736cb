import { isDeepStrictEqual } from "node:util";
import type { Settings } from "../../config/schema.ts";
import { planAuthority } from "../../topology/authority.ts";
import type { AuthorityPlan } from "../../topology/plan.ts";

export type Generations = Settings["secrets"]["authority"];

/** One step in the change of the authority's key: an `up` with other generations. */
export interface Step {
  readonly generations: Generations;
  /** What it achieves: a sentence without its full stop. */
  readonly achieves: string;
}

/**
 * The step after these generations. Clients trust the new key before any server shows a certificate of it, and nobody
 * shows one of the old key any more when it is no longer trusted.
 */
export function stepAfter({ generation, alsoTrusted }: Generations): Step {
  if (alsoTrusted === undefined) {
    return {
      generations: { generation, alsoTrusted: generation + 1 },
      achieves: "every container trusts the new key as well as the old one",
    };
  }
  if (alsoTrusted > generation) {
    return {
      generations: { generation: alsoTrusted, alsoTrusted: generation },
      achieves: "every certificate is signed by the new key",
    };
  }
  return { generations: { generation }, achieves: "the old key is deleted, and nobody trusts it any more" };
}

/** Whether no change is under way. */
export function isSettled({ alsoTrusted }: Generations): boolean {
  return alsoTrusted === undefined;
}

/** Whether the last `up` that succeeded had these generations. */
export function isApplied(generations: Generations, applied: AuthorityPlan): boolean {
  return isDeepStrictEqual(planAuthority({ secrets: { authority: generations } }), applied);
}
