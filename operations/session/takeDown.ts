import type { Known } from "../../ownership/known.ts";
import { stackEngines } from "../stack/engines.ts";
import { startStopped, stopAll } from "../stack/stopping.ts";
import { agrees, isWhole } from "./attendance.ts";
import { isBusy, refuseBusy } from "./busy.ts";
import { confirm } from "./confirm.ts";
import { readLocks } from "./locks.ts";
import { pulumi, type Session } from "./pulumi.ts";
import { withoutSignals } from "./signals.ts";
import { say } from "./terminal.ts";

const DESTROY = ["destroy", "--exclude-protected"] as const;

/** The option of the CLI by which nothing is shown before it is done. */
const UNSEEN = /^(--skip-preview|-[a-zA-Z]*f)/;

/**
 * Destroys a stack but for what is protected. If it is all to go, and somebody has agreed to that, its containers are
 * stopped at once before the CLI removes them; if the CLI refuses, they start again.
 * @param known the state's knowledge: only its containers are stopped
 * @returns the CLI's exit code
 */
export async function takeDown(session: Session, { ids }: Known): Promise<number> {
  const { stack, rest, backend } = session;
  const isAsked = !agrees(rest);
  // Without a file backend the CLI alone knows whether another run is at work. Without a terminal it refuses to ask.
  if (!isWhole(rest) || backend.folder === undefined || (isAsked && !process.stdin.isTTY)) {
    return pulumi(session, [...DESTROY, ...(isAsked ? [] : ["--skip-preview"])]);
  }
  if (isAsked) {
    const isUnseen = rest.some((arg) => UNSEEN.test(arg));
    const previewed = isUnseen ? 0 : await pulumi(session, [...DESTROY, "--preview-only"]);
    if (previewed !== 0) return previewed;
    // The CLI says "All unprotected resources were destroyed" after a preview, too.
    if (!isUnseen) say("this was a preview: nothing has been destroyed yet");
    if (!(await confirm(`Destroy the stack ${session.reference}?`))) {
      say("nothing was changed");
      return 1;
    }
  }
  // The stack was looked at before, but not if another run was at work then.
  refuseBusy(session.reference, await readLocks(backend.folder, stack), []);
  const engines = (await stackEngines(stack)).map(({ client }) => client);
  // Without an engine there is nothing to stop, and the CLI says why it cannot destroy.
  const ran = await withoutSignals(
    () => stopAll(engines, ids),
    "the containers are being stopped; once the CLI removes them it can be interrupted",
  );
  const exitCode = await pulumi(session, [...DESTROY, "--skip-preview", ...(isAsked ? ["--yes"] : [])]);
  if (exitCode !== 0 && !(await isBusy(session))) {
    const started = await Promise.all(engines.map((engine) => startStopped(engine, ran).catch(() => [])));
    for (const name of started.flat()) say(`started ${name} again, because it was not removed`);
  }
  return exitCode;
}
