import { setTimeout as sleep } from "node:timers/promises";
import { promoted } from "./act/replicationSql.ts";
import { decideFailover, type FailoverMemory, type FailoverStep } from "./decide/failover.ts";
import { MarkFiles } from "./files/marks.ts";
import { pathsOf } from "./files/paths.ts";
import { OwnMysql } from "./mysql/ownServer.ts";
import { secretsIn } from "./mysql/secrets.ts";
import { OwnLook } from "./observe/look.ts";
import { Survey } from "./observe/survey.ts";
import type { AgentSettings } from "./settings.ts";

/** Milliseconds between two looks. */
const PAUSE_MS = 300;

/** Tries in a row to record the term: the node's agent does not know of it yet, and may close the node in between. */
const TRIES = 5;

/**
 * A failover to this node, because the primary is lost: a person has decided on it, knowing what may be lost. It works
 * beside the node's agent, which opens the node.
 * @throws Error with the reason, if it gives up
 */
export async function failOver(settings: AgentSettings): Promise<void> {
  const paths = pathsOf(settings);
  const secrets = secretsIn(settings.folders.secrets);
  const own = new OwnMysql(paths, secrets);
  const survey = new Survey(settings, secrets);
  const marks = new MarkFiles(paths);
  const look = new OwnLook();
  let memory: FailoverMemory = {};
  try {
    for (;;) {
      const password = await secrets.password("replication");
      const server = await look.at((statement) => own.ask(statement), password);
      const { knownTerm } = await marks.read(password);
      const terms = [...(await survey.peers()).values()].map(({ term }) => term.number);
      const known = Math.max(knownTerm.number, ...terms);
      const decision = decideFailover(server, known, memory, performance.now() / 1000);
      if (decision.step.do === "done") return;
      if (decision.step.do === "give-up") throw new Error(decision.reason);
      await carryOut(decision.step, settings, own, marks);
      memory = decision.memory;
      await sleep(PAUSE_MS);
    }
  } finally {
    own.close();
    survey.close();
  }
}

async function carryOut(step: FailoverStep, settings: AgentSettings, own: OwnMysql, marks: MarkFiles): Promise<void> {
  if (step.do === "apply-alone") {
    return own.execute("STOP REPLICA IO_THREAD FOR CHANNEL ''; START REPLICA SQL_THREAD FOR CHANNEL ''");
  }
  if (step.do !== "promote") return;
  await marks.setDataLost(false);
  const statements = promoted(settings.member, settings, step.after);
  for (let tried = 1; ; tried++) {
    try {
      return await own.execute(statements);
    } catch (error) {
      if (tried === TRIES) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
