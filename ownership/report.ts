import type { Found } from "./found.ts";
import type { Known } from "./known.ts";

/** The number of names listed of each kind; the others are counted. */
const NAMED = 8;

const REMOVE = {
  container: "docker rm --force",
  network: "docker network rm",
  volume: "docker volume rm",
} as const;
const KINDS = ["container", "network", "volume"] as const;

/** A line for each kind with the count and the names, the most important ones first. */
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

/** Aligns a line with the text after a label. */
const INDENTED = `\n${" ".repeat(15)}`;

function matters({ isAtWork, holds }: Found): boolean {
  return isAtWork || holds === "database" || holds === "other";
}

/** The commands that remove the resources by name. */
export function removal(found: readonly Found[]): string {
  const commands = KINDS.flatMap((kind) => {
    const names = found.filter((one) => one.kind === kind).map(({ name }) => name);
    return names.length === 0 ? [] : [[REMOVE[kind], ...names].join(" ")];
  });
  return commands.join(" && ");
}

/**
 * The message that refuses a stack of another state.
 * @param state the mark of this state. undefined: it has none yet
 * @param place the place of this state; default: not shown
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
    this one:  ${[state ?? "a state that has not created a stack", ...(place === undefined ? [] : [place])].join(", ")}
    cure:      use the state that made it: FOOBAR_STATE_DIR, PULUMI_BACKEND_URL or pulumi login as at that time
               (pulumi stack output state shows a state's mark); or bring up another stack beside it: --stack NAME;
               if that state was moved or is lost: docs/operations.md, "Moving the state"`;
}

/** The text before the question whether the resources may be removed. */
export function doubtText(found: readonly Found[]): string {
  return `the state does not know these parts of the stack, and they may be in use
    found:     ${listing(found)}
    reasons:   a restore or a drill is running; or the state is a copy that is older than the stack;
               or an earlier version of the program was interrupted`;
}

/** The warning with a backend whose locks cannot be read. */
export function leftText(found: readonly Found[]): string {
  return `the state does not know these parts of the stack: an interrupted run left them, or another run is creating them now
    found:     ${listing(found)}
    cure:      if no other run is active: ${removal(found)}`;
}

/**
 * The message, after a stack is removed, that its volumes with data stay.
 * @param reference the stack, as the CLI takes it
 */
export function stayText(volumes: readonly Found[], reference: string): string {
  const removes = [
    'eval "$(npm run --silent env)"',
    `pulumi state unprotect --all --stack ${reference}`,
    `pulumi destroy --stack ${reference}`,
  ];
  return `volumes with data stay: ${volumes.map(({ name }) => name).join(", ")}
    go on:     npm run up uses them again
    remove:    ${[...removes, removal(volumes)].join(" && ")}
               the data is lost for good, with the passwords and keys that open it`;
}

/** The message that volumes with data are kept. Backups need their key, which the state keeps. */
export function keptText(volumes: readonly Found[], { hasBackupKey }: Pick<Known, "hasBackupKey">): string {
  const key =
    hasBackupKey && volumes.some(({ name }) => /-backups(?:-|$)/.test(name)) ? "; the state has the backups' key" : "";
  return `kept, although the stack no longer uses them: ${volumes.map(({ name }) => name).join(", ")}
    go on:     put the setting back to use them again${key}
    remove:    ${removal(volumes)}`;
}
