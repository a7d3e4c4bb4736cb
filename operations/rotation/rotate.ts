import type { SecretName } from "../../config/schema.ts";
import { plannedGenerations } from "../../topology/generations.ts";
import { assess } from "../database/assessment.ts";
import { settleAccounts, unsettledAccounts } from "../database/settle.ts";
import { bringUp } from "../session/bringUp.ts";
import { requireOwn } from "../session/heal.ts";
import type { Session } from "../session/pulumi.ts";
import { say } from "../session/terminal.ts";
import { cli } from "../stack/cli.ts";
import { setInFile } from "../stack/file.ts";
import { type OpenStack, openStack } from "../stack/open.ts";
import { PROJECT } from "../stack/project.ts";
import { outputsOf } from "../stack/stack.ts";
import { lastStep, replaceAuthority } from "./authority.ts";
import { checkPasswords, checkStatistics } from "./check.ts";
import { type Asked, made, planRotation, type State, secretsIn } from "./secrets.ts";

/** What a stack has of its secrets: the resources in its state, with their values. */
export async function stateOf(session: Pick<Session, "reference" | "env">): Promise<State> {
  return secretsIn(await cli(session, ["stack", "export", "--show-secrets"]));
}

/**
 * Replaces secrets, and makes sure that the ones before are refused. Another key of the authority comes with them in its
 * last step, so that one update completes all that was asked for: whatever interrupts a rotation, the generations in the
 * stack's file and in its output tell what is left.
 * @returns the exit code of the last `up`
 * @throws Error if a database is out of its place, or if a former secret is still accepted
 */
export async function rotate(session: Session, { secrets: asked, signed }: Asked): Promise<number> {
  const { stack } = session;
  await requireOwn(session);
  const exitCodeBefore = await bringToThisVersion(session);
  if (exitCodeBefore !== 0) return exitCodeBefore;
  const before = await openStack(stack);
  await requireInPlace(before);
  const numbers = plannedGenerations(before.topology).secrets;
  const { raised, unfinished } = planRotation(asked, numbers, await stateOf(session), await unsettledAccounts(before));
  if (unfinished.length > 0) say(`the last rotation was interrupted, and is finished: ${unfinished.join(", ")}`);
  if (signed === "authority") {
    const exitCode = await replaceAuthority({ ...session, rest: [] }, { leavesLast: true });
    if (exitCode !== 0) return exitCode;
  }
  if (raised.length > 0) say(`rotating: ${raised.join(", ")}; npm run up does it, with all else that has changed`);
  await setInFile(PROJECT, stack, [
    ...raised.map((name) => [["secrets", name], numbers[name] + 1] as const),
    ...(signed === "authority" ? await lastStep(stack) : []),
  ]);
  const exitCode = await bringUp(session, { saysKept: false });
  if (exitCode !== 0) {
    say("the rotation is not finished: npm run up, or the same command again, goes on with it");
    return exitCode;
  }

  const after = await openStack(stack);
  await settleAccounts(after);
  const state = await stateOf(session);
  for (const name of new Set([...unfinished, ...raised])) say(await outcome(name, after, state));
  if (signed === "authority")
    say("authority: every certificate is signed by another key, and the one before is deleted");
  return 0;
}

/**
 * Databases of an older version change passwords in another way than those of this one, so an `up` that replaces them
 * changes no password.
 * @returns the exit code of the `up`
 */
async function bringToThisVersion(session: Session): Promise<number> {
  const { generations } = await outputsOf(session.reference, session);
  if (generations !== undefined) return 0;
  say("an older version made the stack: npm run up brings it to this one first");
  return bringUp(session, { saysKept: false });
}

/** @throws Error naming every database that is out of its place */
async function requireInPlace({ topology, databases }: OpenStack): Promise<void> {
  const out = (await assess(topology.cluster, databases.ask)).filter(({ problem }) => problem !== undefined);
  if (out.length === 0) return;
  const reasons = out.map(({ plan, problem }) => `    ${plan.server}: it ${problem}`);
  throw new Error(`nothing was rotated, because a database would miss it; out of its place:
${reasons.join("\n")}
    cure:      npm run database -- status says more`);
}

/**
 * Makes sure that a secret was replaced, and says so.
 * @throws Error if it is refused, or if the one before is accepted
 */
async function outcome(name: SecretName, stack: OpenStack, state: State): Promise<string> {
  const generation = stack.config.secrets[name];
  const present = made(state, name, generation);
  if (present === undefined) throw new Error(`the state has no generation ${generation} of ${name}`);
  if (name === "backupKey") return `${name}: generation ${generation} for new backups; older ones keep theirs`;
  const former = made(state, name, generation - 1);
  if (name === "statistics") await checkStatistics(stack, present, former);
  else await checkPasswords(stack, name, present, former);
  if (former === undefined) return `${name}: generation ${generation}, the first`;
  const keepers = name === "statistics" ? "load balancer" : "database";
  return `${name}: generation ${generation}; every ${keepers} refuses the one before`;
}
