import { z } from "zod";
import { judgement, report as reportSql } from "../../components/mysqlCluster/outOfPlace.ts";
import type { ClusterPlan, DatabasePlan } from "../../topology/plan.ts";
import type { Databases } from "../stack/databases.ts";

/** What a member says of itself: the object that the SQL expression `report` makes. */
export const report = z.object({
  /** Whether it takes writes. */
  writes: z.boolean(),
  /** The member that it replicates from outside a group; undefined: none. */
  source: z.string().transform((name) => (name === "-" ? undefined : name)),
  /** Whether it receives from that source, and applies. */
  follows: z.boolean(),
  /** Its state in a group; NONE outside. */
  group: z.string(),
  /** The newest primary term that it knows: the term's number, and the member promoted in it. */
  term: z.number(),
  promoted: z.string(),
});
export type Report = z.infer<typeof report>;

/** A member of the cluster, and whether it is in its place. */
export interface Assessment {
  readonly plan: DatabasePlan;
  /** undefined: it gives no answer. */
  readonly report: Report | undefined;
  /** What keeps it from its place, in words that follow its name; undefined: it is in its place. */
  readonly problem: string | undefined;
}

/**
 * Asks every member of the cluster, and has one of those that answer judge all reports: what it means to be in its place
 * is said once, in components/mysqlCluster/outOfPlace.ts.
 */
export async function assess(
  { databases, replication }: Pick<ClusterPlan, "databases" | "replication">,
  ask: Databases["ask"],
): Promise<Assessment[]> {
  const answers = await Promise.all(
    databases.map(async ({ name, member }) => {
      const [row] = await ask(name, `SELECT ${reportSql(replication)}`).catch(() => []);
      return { name, text: row?.[0] ?? JSON.stringify({ member }), answers: row !== undefined };
    }),
  );
  const problems = await judged(
    replication,
    answers.map(({ text }) => text),
    answers.filter(({ answers }) => answers).map(({ name }) => name),
    ask,
  );
  return databases.map((plan, index) => {
    const answer = answers[index];
    return {
      plan,
      report: answer?.answers === true ? report.parse(JSON.parse(answer.text)) : undefined,
      problem: problems === undefined ? "does not answer" : problems.get(plan.member),
    };
  });
}

/** The problems by member, as the first judge that answers finds them; undefined: none answers. */
async function judged(
  replication: ClusterPlan["replication"],
  reports: readonly string[],
  judges: readonly string[],
  ask: Databases["ask"],
): Promise<ReadonlyMap<string, string> | undefined> {
  const statement = judgement(replication, `'${`[${reports.join()}]`.replace(/['\\]/g, "\\$&")}'`);
  for (const judge of judges) {
    const rows = await ask(judge, statement).catch(() => undefined);
    if (rows !== undefined) return new Map(rows.map(([member = "", problem = ""]) => [member, problem]));
  }
  return undefined;
}
