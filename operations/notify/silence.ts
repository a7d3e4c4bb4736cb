import { openStack } from "../stack/open.ts";
import { AMTOOL, runningAlertmanager } from "./notify.ts";

/** The longest that an update silences warnings, even if it is killed. */
const MINUTES = 30;

/**
 * Does work that replaces containers while nobody is told of warnings and notes: those of a release mean nothing. Pages
 * are never silenced. The work goes on where nobody can be asked to be silent.
 */
export async function whileSilenced<T>(stack: string, work: () => Promise<T>): Promise<T> {
  const id = await ask(stack, ["silence", "add", 'severity=~"warn|info"', `--duration=${MINUTES}m`, ...BY]);
  try {
    return await work();
  } finally {
    // Another container may have taken over, with the silences of the one before.
    if (id !== undefined && id !== "") await ask(stack, ["silence", "expire", id]);
  }
}

const BY = ["--author=npm run up", "--comment=containers are replaced"];

/** What amtool answers; undefined: nobody can be asked. */
async function ask(stack: string, command: readonly string[]): Promise<string | undefined> {
  try {
    const opened = await openStack(stack);
    const { monitoring } = opened.topology;
    if (monitoring === undefined) return undefined;
    const { name } = await runningAlertmanager(opened, monitoring);
    return (await opened.containers.execute(name, [...AMTOOL, ...command])).trim();
  } catch {
    return undefined;
  }
}
