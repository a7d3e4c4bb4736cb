import type { Problem } from "../config/problems.ts";
import type { SecretName } from "../config/schema.ts";
import type { Known } from "../ownership/known.ts";
import { appliedGeneration, FIRST_AUTHORITY, newestGeneration, plannedGenerations } from "../topology/generations.ts";
import type { Topology } from "../topology/plan.ts";

/**
 * Generations of secrets follow one another: clients of a database know the present password and the next one, and a
 * password that was given up stays refused. A generation that an interrupted update has made is finished first.
 * @param known the stack's own state
 */
export function generationProblems(
  topology: Pick<Topology, "secrets" | "authority">,
  { passwords, generations }: Pick<Known, "passwords" | "generations">,
): Problem[] {
  const { secrets } = plannedGenerations(topology);
  return (Object.entries(secrets) as [SecretName, number][]).flatMap(([name, generation]) => {
    const applied = appliedGeneration(name, generations, passwords);
    const newest = newestGeneration(name, passwords);
    if (applied === undefined || newest === undefined) return [];
    const isBegun = newest > applied;
    const allowed = isBegun ? [newest] : [newest, newest + 1];
    if (allowed.includes(generation)) return [];
    return [
      {
        path: ["secrets", name],
        value: generation,
        complaint: `is ${generation}, and the stack ${isBegun ? "is on its way to" : "has"} generation ${newest}`,
        allowed: isBegun
          ? `${newest}: an update that was interrupted has begun with it, and the next one finishes it`
          : `${newest}, or ${newest + 1} for another secret: generations are neither skipped nor taken back`,
        example: String(newest),
      },
    ];
  });
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
