import { agentCommand } from "../../components/mysqlCluster/agent.ts";
import { NODE_PATHS } from "../../components/mysqlCluster/folders.ts";
import { eventually } from "../../engine/eventually.ts";
import type { ClusterPlan, DatabasePlan } from "../../topology/databasePlan.ts";
import type { OpenStack } from "../stack/open.ts";
import { type Account, accountsQuestion, behind, ending, onOneNode, parseAccounts } from "./accounts.ts";
import { assess } from "./assessment.ts";

/** The parts of a stack that are needed to settle its accounts. */
interface Parts {
  readonly topology: { readonly cluster: ClusterPlan };
  readonly databases: Pick<OpenStack["databases"], "ask" | "primary">;
  readonly containers: Pick<OpenStack["containers"], "execute">;
}

/** Prints the mark of each account's present password. */
const MARKS = `for file in /run/secrets/*-password; do
  hash=$(sha256sum <"$file"); name=\${file##*/}; echo "\${name%-password} \${hash:0:16}"; done`;

/** The longest that a node takes to apply a new password, and to use it. */
const APPLY_SECONDS = 60;
/** The longest that a node takes to give root the password of its file. */
const ROOT_SECONDS = 20;
/** The longest that a member takes to come back to its group and to catch up. */
const REGROUP_SECONDS = 120;

/** The accounts that do not have their present password alone, or not for the present network alone, by name. */
export async function unsettledAccounts({ topology: { cluster }, databases, containers }: Parts): Promise<string[]> {
  const unsettled = cluster.databases.map(async ({ name }) => {
    const accounts = parseAccounts(await databases.ask(name, accountsQuestion(cluster)));
    const late = behind(accounts, cluster, parseMarks(await containers.execute(name, ["bash", "-c", MARKS])));
    return [
      ...late,
      ...accounts.filter(({ takesFormer, isLocked }) => takesFormer && !isLocked).map(({ name }) => name),
    ];
  });
  return [...new Set((await Promise.all(unsettled)).flat())];
}

/**
 * Ends what an `up` has replaced: accounts for other networks, and former passwords. Before that every member has and
 * uses the new ones. It does nothing if there is nothing to end.
 * @returns the statements that were needed on one of the members
 * @throws Error if a member does not answer, or does not use the new passwords in time; nothing is ended then
 */
export async function settleAccounts({ topology: { cluster }, databases, containers }: Parts): Promise<string[]> {
  // For seconds after root's file has changed, a node still has its former password.
  const primary = await eventually(() => databases.primary(), ROOT_SECONDS);
  const accountsOf = async (name: string) => parseAccounts(await databases.ask(name, accountsQuestion(cluster)));
  const marks = parseMarks(await containers.execute(primary, ["bash", "-c", MARKS]));
  const waiting = (accounts: readonly Account[]) => behind(accounts, cluster, marks);
  const all = await eventually(() => Promise.all(cluster.databases.map(({ name }) => accountsOf(name))), ROOT_SECONDS);
  if (all.every((accounts) => waiting(accounts).length === 0 && ending(accounts, cluster).length === 0)) return [];

  const untilKnown = ({ name }: DatabasePlan) =>
    eventually(async () => {
      const late = waiting(await accountsOf(name));
      if (late.length > 0) throw new Error(`${name} does not have the present password of ${late.join(", ")} yet`);
    }, APPLY_SECONDS);
  await Promise.all(cluster.databases.map(untilKnown));
  await useReplicationPassword({ topology: { cluster }, databases, containers }, marks.get("replication"));
  const ended = await Promise.all(
    cluster.databases.map(async ({ name }) => {
      const statements = ending(await accountsOf(name), cluster);
      if (statements.length > 0) await databases.ask(name, onOneNode(statements));
      if (ending(await accountsOf(name), cluster).length > 0) {
        throw new Error(`${name} still lets in with what was ended`);
      }
      return statements;
    }),
  );
  return [...new Set(ended.flat())];
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
 * A replica begins again by itself; a member of a group has to leave it and come back, so one does after the other.
 */
export async function useReplicationPassword(parts: Parts, mark: string | undefined): Promise<void> {
  const { cluster } = parts.topology;
  const { execute } = parts.containers;
  const usesIt = async ({ name }: DatabasePlan) =>
    (await execute(name, ["bash", "-c", `cat ${NODE_PATHS.connectedWith} 2>/dev/null || true`])).trim() === mark;
  if (cluster.replication === "group") {
    await regroup(parts, usesIt);
    return;
  }
  const primary = await parts.databases.primary();
  const replicas = cluster.databases.filter(({ name }) => name !== primary);
  await Promise.all(
    replicas.map((plan) =>
      eventually(async () => {
        if (!(await usesIt(plan))) throw new Error(`${plan.name} replicates with the former password`);
      }, APPLY_SECONDS),
    ),
  );
}

/**
 * Makes one member of a group after the other leave it and come back. The primary hands over before, and gets its place
 * back at the end. Between two steps every member is online, so that the group always has its majority, and whatever
 * moves meanwhile, such as an election, only makes a step be taken again.
 */
async function regroup(
  { topology: { cluster }, databases, containers: { execute } }: Parts,
  usesIt: (plan: DatabasePlan) => Promise<boolean>,
): Promise<void> {
  const untilOnline = () =>
    eventually(async () => {
      const out = (await assess(cluster, databases.ask)).filter(({ problem }) => problem !== undefined);
      if (out.length > 0) throw new Error(out.map(({ plan, problem }) => `${plan.name} ${problem}`).join("; "));
    }, REGROUP_SECONDS);
  /** Hands over to a member. A group in motion refuses that, so it is asked again. */
  const promote = ({ name, member }: DatabasePlan) =>
    eventually(async () => {
      await untilOnline();
      if ((await databases.primary()) === name) return;
      await execute(cluster.controller.name, agentCommand("promote", member));
      if ((await databases.primary()) !== name) throw new Error(`${name} did not become the primary`);
    }, REGROUP_SECONDS);
  const first = await eventually(() => databases.primary(), REGROUP_SECONDS);
  // The primary is the last.
  const order = [...cluster.databases].sort((one, other) => Number(one.name === first) - Number(other.name === first));
  for (const plan of order) {
    await untilOnline();
    if (await usesIt(plan)) continue;
    await eventually(async () => {
      const deputy = order.find(({ name, role }) => name !== plan.name && role !== "arbiter");
      if ((await databases.primary()) === plan.name && deputy !== undefined) await promote(deputy);
      await execute(plan.name, ["touch", NODE_PATHS.regroup]);
      await eventually(async () => {
        if (!(await usesIt(plan))) throw new Error(`${plan.name} is in its group with the former password`);
      }, REGROUP_SECONDS);
    }, REGROUP_SECONDS);
    await untilOnline();
  }
  const last = order.at(-1);
  if (last !== undefined) await promote(last);
}
