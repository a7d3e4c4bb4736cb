import { z } from "zod";
import {
  beginTerm,
  closed,
  lockingWithin,
  openForAgent,
  replicating,
  semisyncSource,
  sourceOf,
  WITHOUT_SOURCE,
} from "../act/replicationSql.ts";
import type { Controlled, SwitchStep } from "../controlled.ts";
import { CATCH_UP_SECONDS } from "../decide/switchover.ts";
import type { Secrets } from "../mysql/secrets.ts";
import { signClosing, signOpened, UNSIGNED } from "../sign.ts";
import type { Members } from "./members.ts";
import type { ControllerSettings } from "./settings.ts";

/** Seconds that a statement of the controller, and an election, may take. */
const SECONDS = 10;
const ELECTION_SECONDS = 60;

/** What the controller acts with. */
export interface SwitchTools {
  readonly members: Members;
  readonly secrets: Secrets;
  readonly settings: Pick<ControllerSettings, "replication" | "withoutReplica">;
}

/**
 * Carries out one step of a switchover.
 * @throws Error if it fails; whatever it has changed is observed again
 */
export async function carryOut(step: SwitchStep, seen: Controlled, tools: SwitchTools): Promise<void> {
  const run = (member: string, statements: string) =>
    tools.members.within(member, (session) => session.run(statements, SECONDS));
  switch (step.do) {
    case "wait":
    case "settled":
      return;
    case "record":
      return run(seen.wanted, beginTerm(seen.wanted, "configured"));
    case "elect":
      return elect(step.member, seen, tools);
    case "catch-up":
      return catchUp(step.member, step.seconds, seen, tools);
    case "close":
      return run(step.member, `${lockingWithin(SECONDS)} ${signClosing(step.term)} SET GLOBAL super_read_only = ON`);
    case "promote":
      return promote(step, tools);
    case "reopen":
      return run(step.member, reopened(step.term, tools));
    case "call-off":
      return run(step.member, signOpened(step.term));
  }
}

const ids = z.array(z.object({ id: z.string() }));

async function elect(member: string, { members: seen }: Controlled, { members }: SwitchTools): Promise<void> {
  const [present] = [...seen].find(([, { writes }]) => writes) ?? [];
  const [target] = ids.parse(await members.ask(member, "SELECT @@server_uuid AS id"));
  if (present === undefined || target === undefined) throw new Error("the group has no primary that could hand over");
  await members.within(present, (session) =>
    session.run(`SELECT group_replication_set_as_primary('${target.id}')`, ELECTION_SECONDS),
  );
  await members.within(member, (session) => session.run(beginTerm(member, "configured"), SECONDS));
}

const waits = z.array(z.object({ late: z.coerce.number() }));

async function catchUp(member: string, seconds: number, seen: Controlled, { members }: SwitchTools): Promise<void> {
  const source = seen.members.get(member)?.source;
  const all = source === undefined ? undefined : seen.members.get(source)?.executed;
  if (all === undefined) throw new Error(`the source of ${member} does not answer`);
  const [row] = await members.within(member, async (session) =>
    waits.parse(await session.ask(`SELECT WAIT_FOR_EXECUTED_GTID_SET('${all}', ${seconds}) AS late`, seconds + 2)),
  );
  if (row?.late !== 0) throw new Error(`${member} is more than ${seconds} s behind ${source}`);
}

/**
 * Opens a server for clients: it stops replicating, becomes a semisync source and then accepts writes. With semisync, the
 * first write already waits for a replica.
 */
function opened({ settings }: SwitchTools): string {
  return [openForAgent(true), semisyncSource(settings), "SET GLOBAL read_only = OFF;"].join("\n");
}

/** A primary that goes on: it keeps the sign of the switchover until one statement has opened it. */
function reopened(term: number, { settings }: SwitchTools): string {
  return [WITHOUT_SOURCE, semisyncSource(settings), "SET GLOBAL read_only = OFF;", signOpened(term)].join("\n");
}

const closings = z.array(z.object({ isClosed: z.coerce.number() }));

/**
 * The former primary becomes a replica first, while it is still closed. Then both at the same time: the new one records
 * its term and opens, and the former one begins to replicate, because with semisync the new one can acknowledge nothing
 * without a replica. The former one's own semisync source is switched off last, which takes MySQL up to a second.
 */
async function promote({ from, to, after }: Extract<SwitchStep, { do: "promote" }>, tools: SwitchTools): Promise<void> {
  const { members, secrets, settings } = tools;
  const password = await secrets.password("replication");
  await members.within(from, async (former) => {
    await former.run("STOP REPLICA FOR CHANNEL ''", SECONDS);
    const [row] = closings.parse(await former.ask("SELECT @@global.super_read_only AS isClosed", SECONDS));
    if (row?.isClosed !== 1) throw new Error(`somebody has opened ${from} meanwhile`);
    await former.run(sourceOf(to), SECONDS);
    const opening = members.within(to, (session) =>
      session.run(
        ["SET GLOBAL super_read_only = OFF;", beginTerm(to, "configured", after), opened(tools)].join("\n"),
        CATCH_UP_SECONDS,
      ),
    );
    const following = former.run(`${replicating(password)}\n${closed(settings)}\n${UNSIGNED}`, SECONDS);
    const results = await Promise.allSettled([opening, following]);
    for (const result of results) if (result.status === "rejected") throw result.reason;
  });
}
