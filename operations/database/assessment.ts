import { z } from "zod";
import { judgement, report as reportSql } from "../../components/mysqlCluster/outOfPlace.ts";
import type { ClusterPlan, DatabasePlan } from "../../topology/databasePlan.ts";
import type { Databases } from "../stack/databases.ts";

/** A member's report of itself: the object that the SQL expression `report` returns. */
export const report = z.object({
  /** Whether the member takes writes. */
  writes: z.boolean(),
  /** The source outside a group; undefined: none. */
  source: z.string().transform((name) => (name === "-" ? undefined : name)),
  /** Whether the member receives from that source and applies. */
  follows: z.boolean(),
  /** The member's state in a group; NONE outside. */
  group: z.string(),
  /** The newest primary term that the member knows: its number, and the member promoted in it. */
  term: z.number(),
  promoted: z.string(),
});
export type Report = z.infer<typeof report>;

/** A member of the cluster, its report, and whether it is in its place. */
export interface Assessment {
  readonly plan: DatabasePlan;
  /** undefined: the member does not answer. */
  readonly report: Report | undefined;
  /** Why the member is out of its place, in words that follow its name; undefined: it is in its place. */
  readonly problem: string | undefined;
}

/**
 * Asks every member of the cluster for its report, and one of those that answer to judge all reports by the rules of
 * components/mysqlCluster/outOfPlace.ts.
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
  const problems = await judge(replication, answers, ask);
  return databases.map((plan, index) => {
    const answer = answers[index];
    return {
      plan,
      report: answer?.answers === true ? report.parse(JSON.parse(answer.text)) : undefined,
      problem: problems === undefined ? "does not answer" : problems.get(plan.member),
    };
  });
}

/** What a member has said of itself, or what stands for it. */
export interface Answered {
  readonly name: string;
  /** Its report as JSON; the member's name alone, if it does not answer. */
  readonly text: string;
  readonly answers: boolean;
}

/** The problems by member, as the first database that answers finds them; undefined: none answers. */
export async function judge(
  replication: ClusterPlan["replication"],
  reports: readonly Answered[],
  ask: Databases["ask"],
): Promise<ReadonlyMap<string, string> | undefined> {
  const texts = `[${reports.map(({ text }) => text).join()}]`;
  const statement = judgement(replication, `'${texts.replace(/['\\]/g, "\\$&")}'`);
  for (const { name } of reports.filter(({ answers }) => answers)) {
    const rows = await ask(name, statement).catch(() => undefined);
    if (rows !== undefined) return new Map(rows.map(([member = "", problem = ""]) => [member, problem]));
  }
  return undefined;
}
