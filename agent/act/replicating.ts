import { z } from "zod";
import { signSeenOpen } from "../sign.ts";
import { SOURCE } from "../sql.ts";
import { clusterSchema, schemaVersion, VERSION_THERE } from "../upkeep/schema.ts";
import { joined } from "../upkeep/tools.ts";
import type { Hands } from "./hands.ts";
import {
  beginTerm,
  electedTerm,
  following,
  forgetting,
  noteAcknowledgements,
  openForAgent,
  openForClients,
} from "./replicationSql.ts";

/** A day: a session that waits as long as clients do. */
const PATIENCE_SECONDS = 86_400;

const versions = z.array(z.object({ version: z.string() }));

/**
 * Creates what data of an older version of the program lack. MySQL would also log the statements for what is there: with
 * semisync they would wait for a replica, and lock what that replica asks for before it follows.
 */
export async function completeSchema({ own, settings, databases }: Hands): Promise<void> {
  const [there] = versions.parse(await own.ask(VERSION_THERE).catch(() => []));
  if (there?.version !== schemaVersion(settings)) await own.execute(joined(clusterSchema(settings)));
  await databases.create({ own, settings });
}

const sources = z.array(z.object({ source: z.string() }));

/**
 * Opens this node for writes of clients, after it has ended its replication.
 * @param source the source from which the node was to open; undefined: none
 * @throws Error if it has another one by now, because a switchover has replaced it meanwhile
 */
export async function open(hands: Hands, source: string | undefined): Promise<void> {
  const { own, settings } = hands;
  const [present] = sources.parse(await own.ask(`SELECT ${SOURCE} AS source`));
  if (present !== undefined && present.source !== "-" && present.source !== source) {
    throw new Error(`a switchover has made it a replica of ${present.source}`);
  }
  await own.execute(openForAgent(true));
  await completeSchema(hands);
  await own.execute(openForClients(settings.member, settings));
}

/**
 * Records that its data are complete, that it replicates with no password, and last that this node is open in this term:
 * for ever, and for this run of the server.
 */
export async function noteOpen({ marks, own }: Hands, term: number): Promise<void> {
  await marks.setLed(term);
  await marks.setDataLost(false);
  await marks.setConnectedWith(undefined);
  await own.execute(signSeenOpen(term));
}

/** Records the first primary term of a cluster of the first versions. */
export async function adopt({ own, settings }: Hands): Promise<void> {
  await own.execute(
    joined(["SET GLOBAL super_read_only = OFF", ...clusterSchema(settings)]) + beginTerm(settings.member, "configured"),
  );
}

/** Replicates from a member. */
export function follow(hands: Hands, source: string, how: "first" | "again" | "instead"): Promise<void> {
  return connecting(hands, (password) => following(source, how, password));
}

/** Removes the password of replication that an older version had MySQL store. */
export function forgetPassword(hands: Hands): Promise<void> {
  return connecting(hands, forgetting);
}

/**
 * Starts the receiver with the present password, and records that. Without the record, the receiver counts as one with
 * another password.
 */
async function connecting({ own, secrets, marks }: Hands, statements: (password: string) => string): Promise<void> {
  const password = await secrets.password("replication");
  await marks.setConnectedWith(undefined);
  await own.execute(statements(password));
  await marks.setConnectedWith(password);
}

/** Connects to the present source again, with the present password, which the source takes. */
export async function reconnect(hands: Hands): Promise<void> {
  // "again" names no source.
  await connecting(hands, (password) => following("", "again", password));
  hands.say("replicating with the password of the file now");
}

export async function noteConnected({ marks, secrets }: Hands): Promise<void> {
  await marks.setConnectedWith(await secrets.password("replication"));
}

/** If the replica hangs, this session waits as the writers do. */
export function releaseWriters({ own, beside, say }: Hands): void {
  say("writers wait although there is a replica: writing a transaction for it to acknowledge");
  beside(() => own.execute("DROP TABLE IF EXISTS cluster.nothing", PATIENCE_SECONDS));
}

/** Records that the group has elected this member. The controller may have recorded the same meanwhile. */
export async function recordElection(hands: Hands): Promise<void> {
  await completeSchema(hands);
  await hands.own.execute(electedTerm(hands.settings.member));
}

/** The primary of a group records how it acknowledges writes. */
export async function lead(hands: Hands): Promise<void> {
  await completeSchema(hands);
  await hands.own.execute(noteAcknowledgements(hands.settings.member, hands.settings));
}
