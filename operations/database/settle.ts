import { CONNECTED_WITH, REGROUP } from "../../components/mysqlCluster/definitions.ts";
import { CONFIG_FOLDER } from "../../components/mysqlCluster/node.ts";
import { eventually } from "../../engine/eventually.ts";
import type { ClusterPlan, DatabasePlan } from "../../topology/databasePlan.ts";
import type { OpenStack } from "../stack/open.ts";
import { type Account, accountsQuestion, behind, ending, parseAccounts } from "./accounts.ts";

/** The parts of a stack that are needed to settle its accounts. */
type Parts = Pick<OpenStack, "topology" | "databases" | "containers">;

/** Prints the mark of each account's present password. */
const MARKS = `for file in /run/secrets/*-password; do
  hash=$(sha256sum <"$file"); name=\${file##*/}; echo "\${name%-password} \${hash:0:16}"; done`;

/** The longest that a node takes to apply a new password, and to use it. */
const APPLY_SECONDS = 60;
/** The longest that a node takes to give root the password of its file. */
const ROOT_SECONDS = 20;
/** The longest that a member takes to come back to its group. */
const REGROUP_SECONDS = 120;

/** The accounts that do not have their present password alone, or not for the present network alone, by name. */
export async function unsettledAccounts({ topology: { cluster }, databases, containers }: Parts): Promise<string[]> {
  const primary = await databases.primary();
  const accounts = parseAccounts(await databases.ask(primary, accountsQuestion(cluster)));
  const late = behind(accounts, cluster, parseMarks(await containers.execute(primary, ["bash", "-c", MARKS])));
  return [...late, ...accounts.filter(({ takesFormer, isLocked }) => takesFormer && !isLocked).map(({ name }) => name)];
}

/**
 * Ends what an `up` has replaced: accounts for other networks, and former passwords. Before that every member has and
 * uses the new ones. It does nothing if there is nothing to end.
 * @returns the statements that were needed
 * @throws Error if a member does not answer, or does not use the new passwords in time; nothing is ended then
 */
export async function settleAccounts({ topology: { cluster }, databases, containers }: Parts): Promise<string[]> {
  // For seconds after root's file has changed, a node still has its former password.
  const primary = await eventually(() => databases.primary(), ROOT_SECONDS);
  const accountsOf = async (name: string) => parseAccounts(await databases.ask(name, accountsQuestion(cluster)));
  const marks = parseMarks(await containers.execute(primary, ["bash", "-c", MARKS]));
  const waiting = (accounts: readonly Account[]) => behind(accounts, cluster, marks);
  const first = await accountsOf(primary);
  if (waiting(first).length === 0 && ending(first, cluster).length === 0) return [];

  const untilKnown = ({ name }: DatabasePlan) =>
    eventually(async () => {
      const late = waiting(await accountsOf(name));
      if (late.length > 0) throw new Error(`${name} does not have the present password of ${late.join(", ")} yet`);
    }, APPLY_SECONDS);
  await Promise.all(cluster.databases.map(untilKnown));
  await useReplicationPassword(cluster, primary, marks.get("replication"), containers.execute);
  const statements = ending(await accountsOf(primary), cluster);
  for (const statement of statements) await databases.ask(primary, statement);
  await Promise.all(
    cluster.databases.map(({ name }) =>
      eventually(async () => {
        if (ending(await accountsOf(name), cluster).length > 0) {
          throw new Error(`${name} still lets in with what was ended on ${primary}`);
        }
      }, APPLY_SECONDS),
    ),
  );
  return statements;
}

function parseMarks(text: string): Map<string, string> {
  return new Map(
    text
      .trim()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([name = "", mark = ""]) => [name, mark]),
  );
}

/**
 * Waits until every member replicates with the present password. MySQL keeps the password that replication began with.
 * A replica begins again by itself; a member of a group has to leave it and come back, so one does after the other, and
 * the primary, which comes last, hands over before and gets its place back.
 */
async function useReplicationPassword(
  cluster: ClusterPlan,
  primary: string,
  mark: string | undefined,
  execute: OpenStack["containers"]["execute"],
): Promise<void> {
  const usesIt = async ({ name }: DatabasePlan) => (await execute(name, ["cat", CONNECTED_WITH])).trim() === mark;
  const untilItDoes = (plan: DatabasePlan, seconds: number) =>
    eventually(async () => {
      if (!(await usesIt(plan))) throw new Error(`${plan.name} replicates with the former password`);
    }, seconds);
  const others = cluster.databases.filter(({ name }) => name !== primary);
  if (cluster.replication !== "group") {
    await Promise.all(others.map((plan) => untilItDoes(plan, APPLY_SECONDS)));
    return;
  }
  const regroup = async (plan: DatabasePlan) => {
    if (await usesIt(plan)) return;
    await execute(plan.name, ["touch", REGROUP]);
    await untilItDoes(plan, REGROUP_SECONDS);
  };
  const promote = ({ member }: DatabasePlan) =>
    execute(cluster.controller.name, ["bash", `${CONFIG_FOLDER}/controller.sh`, member]);
  for (const plan of others) await regroup(plan);
  const last = cluster.databases.find(({ name }) => name === primary);
  const deputy = others.find(({ role }) => role !== "arbiter");
  if (last === undefined || deputy === undefined || (await usesIt(last))) return;
  await promote(deputy);
  await regroup(last);
  await promote(last);
}
