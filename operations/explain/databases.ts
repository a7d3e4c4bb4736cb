import type { Topology } from "../../topology/plan.ts";
import { servingDatabases } from "../../topology/survival/structure.ts";
import { failoverCommand } from "../database/candidates.ts";
import { type Answer, list } from "./answer.ts";

/** How the databases work together, and what of it the application sees. */
export function databases(topology: Topology): Answer[] {
  return [
    { question: "How do the primary and its replicas work?", answer: cluster(topology) },
    {
      question: "How do the primary and a replica differ for the application?",
      answer: forApplication(topology),
    },
  ];
}

function cluster(topology: Topology): string[] {
  const { replication, withoutReplica, databases: members } = topology.cluster;
  const serving = servingDatabases(topology);
  const primary = serving.find(({ role }) => role === "first")?.name ?? "";
  const others = serving.filter(({ role }) => role === "other");
  const replicas = others.map(({ name }) => name);
  const arbiter = members.find(({ role }) => role === "arbiter");
  if (replicas.length === 0 && arbiter === undefined) {
    return [
      `There is one database, ${primary}. It has no replica: backups are all that is left after its disk is lost.`,
    ];
  }
  const written = `${primary} is the primary by configuration: it alone takes writes, and notes each transaction, with a number that is unique in the whole stack (GTID), in its binary log. ${list(replicas)} ${replicas.length > 1 ? "are replicas, which fetch" : "is its replica, which fetches"} that log and ${replicas.length > 1 ? "apply" : "applies"} it in the same order.`;
  if (replication === "group") {
    return [
      written,
      `A commit waits until the majority of the ${members.length} members has received it, so that nothing acknowledged is lost with any one of them.${arbiter === undefined ? "" : ` ${arbiter.name} is a member for the votes: it has all data, serves no client and never becomes primary.`}`,
      "When the primary is lost, the others elect another one by themselves. A lost member clones what it missed when it comes back.",
    ];
  }
  const waits =
    replication === "async"
      ? "A commit waits for nobody (asynchronous): it is fast, and the last rows may be missing on the replica when the primary is lost."
      : withoutReplica === "wait"
        ? "A commit waits until a replica has it on its disk (semi-synchronous): nothing acknowledged is lost with the primary, and without a replica nobody can write."
        : "A commit waits until a replica has it on its disk (semi-synchronous); without a replica the primary goes on alone after two seconds, and what it takes then may be lost.";
  return [
    written,
    waits,
    `When the primary is lost, a person decides: ${failoverCommand(others.map(({ server }) => server))} makes ${others.length === 1 ? "the" : "a"} replica the primary, and first says what could be lost. An election of two would have no majority.`,
  ];
}

function forApplication(topology: Topology): string[] {
  const [router] = topology.routers;
  const serving = servingDatabases(topology);
  if (router === undefined) return [];
  const { write, read } = router.ports;
  return [
    `The application knows two addresses of the router beside it: port ${write} leads to the primary, for writes and for reads that must see them; port ${read} leads to replicas${serving.length > 1 ? "" : ", and there is none, so to the primary"}. It never learns which database is which: after a switchover the same ports lead elsewhere, and open connections are closed.`,
    `A replica refuses writes. Its data may be a moment old: one that lags more than ${router.maxLagSeconds} s serves no readers while another database can. Reads from replicas cost the primary nothing.`,
  ];
}
