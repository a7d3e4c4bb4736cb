import { FIRST_AUTHORITY } from "../../topology/generations.ts";
import { bringUp } from "../session/bringUp.ts";
import type { Session } from "../session/pulumi.ts";
import { say } from "../session/terminal.ts";
import { type Change, setInFile } from "../stack/file.ts";
import { PROJECT } from "../stack/project.ts";
import { outputsOf, readStack } from "../stack/stack.ts";
import { type Generations, isApplied, isSettled, stepAfter } from "./authoritySteps.ts";

/** The setting with the generations of the authority's key. */
const SETTING = ["secrets", "authority"] as const;

/**
 * Replaces the key of the stack's certificate authority, and thereby every certificate, without a failed request. Each
 * step is an `up`. The step under way is in the stack's file before its `up` begins, and the last complete one in the
 * stack's outputs: after an interruption the next call goes on from there.
 * @param oneStep whether only the next step is made, so that clients outside the stack can be given the new certificate
 *   before it is shown to them
 * @param leavesLast whether the last step is left to the caller
 * @returns the exit code of the last `up`
 * @throws Error if the stack is not up
 */
export async function replaceAuthority(
  session: Session,
  { oneStep = false, leavesLast = false } = {},
): Promise<number> {
  const { stack, reference } = session;
  const outputs = await outputsOf(reference, session);
  const applied = outputs.generations?.authority ?? outputs.authority ?? FIRST_AUTHORITY;
  let generations: Generations = (await readStack(stack)).config.secrets.authority;
  let isResumed = !isSettled(generations);
  const isLastUnderWay = isSettled(generations) && !isApplied(generations, applied);
  if (leavesLast && isLastUnderWay) return 0;
  if (!isApplied(generations, applied)) {
    say("going on with a change that was interrupted");
    const exitCode = await up(session);
    if (exitCode !== 0) return failed(exitCode, reference);
    if (oneStep) return told(generations, reference);
    isResumed = true;
  }
  while (!isResumed || !isSettled(generations)) {
    isResumed = true;
    const step = stepAfter(generations);
    if (leavesLast && isSettled(step.generations)) return 0;
    ({ generations } = step);
    await setInFile(PROJECT, stack, [[SETTING, generations]]);
    const exitCode = await up(session);
    if (exitCode !== 0) return failed(exitCode, reference);
    say(step.achieves);
    if (oneStep) return told(generations, reference);
  }
  return 0;
}

/** The change of the stack's file that is the last step; none: it is under way. */
export async function lastStep(stack: string): Promise<readonly Change[]> {
  const generations: Generations = (await readStack(stack)).config.secrets.authority;
  return isSettled(generations) ? [] : [[SETTING, stepAfter(generations).generations]];
}

/**
 * Renews every certificate, the authority's own included, with the present keys.
 * @returns the exit code of the `up`
 */
export function renewCertificates(session: Session): Promise<number> {
  // A new certificate of the authority renews all that it has signed.
  return up(session, "--replace", "**::authority*-certificate");
}

function up(session: Session, ...options: readonly string[]): Promise<number> {
  const rest = ["--yes", "--skip-preview", ...options, ...session.rest];
  return bringUp({ ...session, rest }, { saysKept: false });
}

function failed(exitCode: number, reference: string): number {
  say(`the authority's key is not replaced yet
    go on:     npm run ca -- replace --stack ${reference}`);
  return exitCode;
}

function told(generations: Generations, reference: string): number {
  if (!isSettled(generations))
    say(`next: ${stepAfter(generations).achieves}: npm run ca -- replace --step --stack ${reference}`);
  return 0;
}
