import type { Found } from "./found.ts";
import type { Known } from "./known.ts";

/** Names that are said of each kind; the others are counted. */
const NAMED = 8;

const REMOVE = {
  container: "docker rm --force",
  network: "docker network rm",
  volume: "docker volume rm",
} as const;
const KINDS = ["container", "network", "volume"] as const;

/** A line for each kind of what was found: how many there are, and their names, first of what matters most. */
export function listing(found: readonly Found[]): string {
  const lines = KINDS.flatMap((kind) => {
    const all = found.filter((one) => one.kind === kind).sort((a, b) => Number(matters(b)) - Number(matters(a)));
    if (all.length === 0) return [];
    const atWork = all.filter(({ isAtWork }) => isAtWork).length;
    const names = all.slice(0, NAMED).map(({ name }) => name);
    const more = all.length > NAMED ? `, and ${all.length - NAMED} more` : "";
    const count = `${all.length} ${kind}${all.length === 1 ? "" : "s"}`;
    return [`${count}${atWork > 0 ? ` (${atWork} at work)` : ""}: ${names.join(", ")}${more}`];
  });
  return lines.join(INDENTED);
}

/** Below the text that follows a label. */
const INDENTED = `\n${" ".repeat(15)}`;

function matters({ isAtWork, holds }: Found): boolean {
  return isAtWork || holds === "database" || holds === "other";
}

/** The commands that remove what was found, all of it by name. */
export function removal(found: readonly Found[]): string {
  const commands = KINDS.flatMap((kind) => {
    const names = found.filter((one) => one.kind === kind).map(({ name }) => name);
    return names.length === 0 ? [] : [[REMOVE[kind], ...names].join(" ")];
  });
  return commands.join(" && ");
}

/**
 * Why nothing is done for a stack that another state has.
 * @param state the mark of this state; undefined: it has none yet
 * @param place where this state is; default: not said
 */
export function foreignText(
  stack: string,
  found: readonly Found[],
  { state, place }: { readonly state: string | undefined; readonly place?: string | undefined },
): string {
  const marks = [...new Set(found.flatMap((one) => one.state ?? []))].join(", ");
  return `the stack ${stack} on this engine belongs to another state; nothing was touched
    found:     ${listing(found)}
    made by:   ${marks === "" ? "a state without a mark, of an earlier version" : `the state ${marks}`}
    this one:  ${[state ?? "a state that has not made a stack", ...(place === undefined ? [] : [place])].join(", ")}
    cure:      use the state that made it: FOOBAR_STATE_DIR, PULUMI_BACKEND_URL or pulumi login as they were then
               (pulumi stack output state is a state's mark); or bring up another stack beside it: --stack NAME;
               if that state was moved or is lost: docs/operations.md, "Moving the state"`;
}

/** What is asked about before it is removed. */
export function doubtText(found: readonly Found[]): string {
  return `the stack has on this engine what its state does not know, and what may be in use
    found:     ${listing(found)}
    reasons:   a restore or a drill is under way; the state is older than the stack, as a copy of it is;
               or a run was interrupted that an earlier version began`;
}

/** What is said where locks cannot be seen: nobody can tell then what was left from what is being made. */
export function leftText(found: readonly Found[]): string {
  return `the stack has on this engine what its state does not know: an interrupted run left it, or another run makes it now
    found:     ${listing(found)}
    cure:      if no run is at work: ${removal(found)}`;
}

/** What is said of volumes with data that a stack has let go. Backups need their key, which its state keeps. */
export function keptText(volumes: readonly Found[], { hasBackupKey }: Pick<Known, "hasBackupKey">): string {
  const key = hasBackupKey && volumes.some(({ holds }) => holds === "other") ? "; the state has the backups' key" : "";
  return `kept, though the stack no longer uses them: ${volumes.map(({ name }) => name).join(", ")}
    go on:     the setting put back uses them again${key}
    remove:    ${removal(volumes)}`;
}
