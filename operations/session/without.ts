import { UserError } from "../../config/userError.ts";
import { hostsAway, WITHOUT } from "../../topology/away.ts";
import { type AtAll, atAll, awayText, stackEngines } from "../stack/engines.ts";
import { readStack } from "../stack/stack.ts";
import type { Session } from "./pulumi.ts";
import { say } from "./terminal.ts";

const OPTION = "--without";

/**
 * A session that leaves machines out, for `up -- --without HOST`: the program changes nothing there, and nobody waits
 * for them.
 * @throws Error if a name is not that of a host, or if no machine would be left
 */
export async function withoutHosts(session: Session): Promise<Session> {
  const { names, rest } = namesIn(session.rest);
  if (names.length === 0) return session;
  const { topology } = await readStack(session.stack);
  const env = { ...session.env, [WITHOUT]: names.join(",") };
  const away = hostsAway(topology, env);
  say(`${[...away].join(" and ")} stay as they are; npm run up brings them to the others' state when they are back`);
  return { ...session, env, rest };
}

/** The hosts that `--without NAME`, `--without=NAME` and lists with commas name, and the other arguments. */
export function namesIn(args: readonly string[]): { readonly names: string[]; readonly rest: string[] } {
  const names: string[] = [];
  const rest: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg !== OPTION && !arg.startsWith(`${OPTION}=`)) {
      rest.push(arg);
      continue;
    }
    const value = arg === OPTION ? args[++index] : arg.slice(OPTION.length + 1);
    if (!value || value.startsWith("-")) {
      throw new Error(`${OPTION} needs a name\n    allowed:   ${OPTION} HOST, such as server2`);
    }
    names.push(...value.split(",").map((name) => name.trim()));
  }
  return { names, rest };
}

/** Options by which the CLI reads everything again before it changes it. */
const REFRESHES = /^(--refresh(=true)?$|-[a-zA-Z]*r)/;

/**
 * Refuses to refresh a stack of which an engine does not answer: the provider takes a network whose engine is away for
 * one that is gone.
 */
export async function refuseRefreshWithout(session: Session): Promise<void> {
  if (!session.rest.some((arg) => REFRESHES.test(arg))) return;
  const engines = await stackEngines(session.stack);
  if (engines.length < 2) return;
  const { failed } = await atAll(engines, ({ client }) => client.ping());
  if (failed.length > 0) throw new UserError(refreshText(failed));
}

function refreshText(failed: AtAll<unknown>["failed"]): string {
  return `${awayText(failed)}; a refresh would forget networks that are there
    cure:      start the machine first; or change the others alone: npm run up -- ${failed
      .map(({ engine }) => `${OPTION} ${engine.hosts[0]}`)
      .join(" ")}`;
}
