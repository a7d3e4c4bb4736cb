import type { Problem } from "../config/problems.ts";
import type { SecretName } from "../config/schema.ts";
import type { Known } from "../ownership/known.ts";
import { appliedGeneration, FIRST_AUTHORITY, newestGeneration, plannedGenerations } from "../topology/generations.ts";
import type { AuthorityPlan, Topology } from "../topology/plan.ts";

/**
 * Generations of secrets follow one another: clients of a database know the present password and the next one, and a
 * password that was given up stays refused. A generation that an interrupted update has made is finished first.
 * @param known the stack's own state
 */
export function generationProblems(
  topology: Pick<Topology, "secrets" | "authority">,
  known: Pick<Known, "passwords" | "generations" | "authority">,
): Problem[] {
  return [...secretProblems(topology, known), ...authorityProblems(topology.authority, known)];
}

function secretProblems(
  topology: Pick<Topology, "secrets" | "authority">,
  { passwords, generations }: Pick<Known, "passwords" | "generations">,
): Problem[] {
  const { secrets } = plannedGenerations(topology);
  return (Object.entries(secrets) as [SecretName, number][]).flatMap(([name, generation]) => {
    const applied = appliedGeneration(name, generations, passwords);
    const newest = newestGeneration(name, passwords);
    if (applied === undefined || newest === undefined) return [];
    const isBegun = newest > applied;
    const isOlder = generations === undefined;
    const allowed = isBegun || isOlder ? [newest] : [newest, newest + 1];
    if (allowed.includes(generation)) return [];
    return [
      {
        path: ["secrets", name],
        value: generation,
        complaint: `is ${generation}, and the stack ${isBegun ? "is on its way to" : "has"} generation ${newest}`,
        allowed: isBegun
          ? `${newest}: an update that was interrupted has begun with it, and the next one finishes it`
          : isOlder
            ? `${newest}: an older version made the stack, and its databases have to be of this one before a secret changes`
            : `${newest}, or ${newest + 1} for another secret: generations are neither skipped nor taken back`,
        example: String(newest),
      },
    ];
  });
}

/**
 * Every container has to trust the key that signs, before and after an update: the new one before it signs, and the
 * former one until nothing is signed by it any more.
 */
function authorityProblems(
  { signing, trusted }: AuthorityPlan,
  { passwords, authority = FIRST_AUTHORITY }: Pick<Known, "passwords" | "authority">,
): Problem[] {
  if (passwords.length === 0 || (authority.trusted.includes(signing) && trusted.includes(authority.signing))) return [];
  const present = authority.trusted.filter((number) => number !== authority.signing);
  return [
    {
      path: ["secrets", "authority", "generation"],
      value: signing,
      complaint: `is ${signing}, and the stack's containers are signed by generation ${authority.signing}${
        present.length === 0 ? "" : ` and trust ${present.join(", ")}, too`
      }`,
      allowed: `${authority.signing}; npm run ca -- replace changes it step by step, so that every container trusts both`,
      example: String(authority.signing),
    },
  ];
}

/**
 * Problems of the configuration in which a wrong generation is to be replaced by the stack's present one.
 * @param known the stack's own state
 */
export function withPresentGenerations(
  problems: readonly Problem[],
  { passwords, generations }: Pick<Known, "passwords" | "generations">,
): Problem[] {
  return problems.map((problem) => {
    const [part, name, step, ...rest] = problem.path;
    if (part !== "secrets" || name === undefined || rest.length > 0 || problem.example === undefined) return problem;
    const present =
      name === "authority"
        ? step === "generation" && (generations?.authority ?? FIRST_AUTHORITY).signing
        : step === undefined && newestGeneration(name as SecretName, passwords);
    return typeof present === "number" ? { ...problem, example: String(present) } : problem;
  });
}
