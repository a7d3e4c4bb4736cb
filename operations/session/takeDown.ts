import { stackEngine } from "../stack/needs.ts";
import { PROJECT } from "../stack/project.ts";
import { stopWithTheFirst } from "../stack/stopping.ts";
import { unattended } from "./attendance.ts";
import { pulumi, type Session } from "./pulumi.ts";

/** Options of the CLI by which a part of the stack stays. */
const PARTIAL = /^(-t|--target|--exclude(?!-protected))/;

/** Destroys a stack except for its protected resources. Resolves to the CLI's exit code. */
export async function takeDown(session: Session): Promise<number> {
  const { stack, rest } = session;
  const isWhole = !rest.some((arg) => PARTIAL.test(arg));
  // Without an engine there is nothing to stop, and the CLI says why it cannot destroy.
  const watch = isWhole
    ? await stopWithTheFirst(await stackEngine(stack), { project: PROJECT, stack }).catch(() => undefined)
    : undefined;
  try {
    const options = unattended(rest, { hasTerminal: true, isImplied: false });
    return await pulumi(session, ["destroy", "--exclude-protected", ...options]);
  } finally {
    watch?.();
  }
}
