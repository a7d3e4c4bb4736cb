import { table } from "../../releases/table.ts";
import type { ClusterPlan, DatabasePlan } from "../../topology/databasePlan.ts";
import type { Answer, DatabaseFacts } from "./facts.ts";

/** The words for a database, the same in `status` and in `database -- status`. */

/** Its role now. */
export function databaseRole(
  { role }: Pick<DatabasePlan, "role">,
  { server, state }: DatabaseFacts,
  replication: ClusterPlan["replication"],
): string | undefined {
  if (server === undefined) return undefined;
  if (server.report.writes) return "PRIMARY";
  if (role === "arbiter") return "votes";
  if (!/^(?:replica|member)/.test(state)) return state.split(":", 1)[0];
  return replication === "group" ? "secondary" : "replica";
}

/** Its figures. A primary has no lag. */
export function databaseFigures({ server }: DatabaseFacts): string[] {
  if (server === undefined) return [];
  const { report, lagSeconds, connections, maxConnections } = server;
  return [
    ...(report.writes ? [] : [`${lagSeconds.toFixed(1)} s behind`]),
    `${connections} of ${maxConnections} connections`,
  ];
}

/** What is wrong with it, with what its node says; undefined: it is in its place, and its agent works. */
export function databaseProblem(facts: DatabaseFacts): string | undefined {
  const { server, problem, state } = facts;
  if (server === undefined) return `MySQL does not answer${state === "" ? "" : `; its node: ${state}`}`;
  return problem === undefined
    ? silence(facts)
    : `out of its place: it ${problem}${state === "" ? "" : `; its node: ${state}`}`;
}

/** That its agent is silent. The database serves on meanwhile. */
function silence({ silentSeconds }: DatabaseFacts): string | undefined {
  return silentSeconds === undefined
    ? undefined
    : `its agent has been silent for ${silentSeconds} s: it serves on, and does not come back by itself if it starts again`;
}

/** A line for each database; below it, why it is out of its place. */
export function databaseLines(
  { databases }: Pick<ClusterPlan, "databases">,
  facts: ReadonlyMap<string, Answer<DatabaseFacts>>,
): string[] {
  const known = databases.map((plan) => {
    const answer = facts.get(plan.name);
    return { plan, value: answer !== undefined && "value" in answer ? answer.value : undefined, answer };
  });
  const rows = known.map(({ plan, value }) => [
    plan.server,
    value?.server === undefined ? "does not answer" : value.server.report.writes ? "takes writes" : "read-only",
    value === undefined ? "does not run" : value.state,
    ...(value === undefined ? [] : databaseFigures(value)),
  ]);
  const reasons = known.map(({ value, answer }) => {
    if (answer !== undefined && "problem" in answer) return [`    ${answer.problem}`];
    if (value?.server === undefined) return [];
    const said = value.problem === undefined ? silence(value) : `out of its place: it ${value.problem}`;
    return said === undefined ? [] : [`    ${said}`];
  });
  return table(rows).flatMap((line, index) => [line, ...(reasons[index] ?? [])]);
}
