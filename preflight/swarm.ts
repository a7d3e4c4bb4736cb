import type { Problem } from "../config/problems.ts";
import type { MachinePlan } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";
import type { AnsweredMachine } from "./machines.ts";

/** What is wrong with the swarm of a stack's machines, and what may be in time. */
export interface SwarmFindings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** The commands that make a swarm; `npm run hosts -- swarm` fills in the addresses. */
const CURE = "npm run hosts -- swarm, which prints the commands, or runs them with --yes";

/** Checks that all machines are in one swarm, and that the planned manager is one. */
export function swarmFindings(topology: Topology, answered: readonly AnsweredMachine[]): SwarmFindings {
  if (!topology.isSeveral) return { problems: [], warnings: [] };
  const manager = managerMachine(topology, answered);
  const nodes = manager?.state.swarm.nodes ?? answered.find(({ state }) => state.swarm.nodes)?.state.swarm.nodes;
  const inNone = answered.filter(({ state }) => state.swarm.state !== "active").map(notInSwarm);
  const problems = [
    ...inNone,
    ...(inNone.length > 0
      ? []
      : foreignSwarms(
          answered,
          nodes?.map(({ id }) => id),
        )),
    ...(manager === undefined ? [] : managerProblems(topology, manager, answered)),
  ];
  return { problems, warnings: problems.length > 0 ? [] : swarmWarnings(answered) };
}

/** The machine whose engine is to make the networks between machines. */
function managerMachine(topology: Topology, answered: readonly AnsweredMachine[]): AnsweredMachine | undefined {
  const host = topology.networks.find(({ overlay }) => overlay !== undefined)?.host;
  return answered.find(({ machine }) => host !== undefined && machine.hosts.includes(host));
}

function notInSwarm({ machine, state: { swarm } }: AnsweredMachine): Problem {
  const isLocked = swarm.state === "locked";
  return {
    path: machine.path,
    complaint: `is ${machine.endpoint}, whose engine is ${isLocked ? "in a locked swarm" : `in no swarm (${swarm.state})`}`,
    allowed: "an engine in the swarm of all machines of the stack: the networks between machines need one",
    cure: isLocked ? "docker swarm unlock on that machine" : CURE,
  };
}

function foreignSwarms(answered: readonly AnsweredMachine[], known: readonly string[] | undefined): Problem[] {
  if (known === undefined) return [];
  return answered
    .filter(({ state }) => !known.includes(state.swarm.nodeId))
    .map(({ machine }) => ({
      path: machine.path,
      complaint: `is ${machine.endpoint}, whose engine is in another swarm than the other machines`,
      allowed: "an engine in the swarm of all machines of the stack",
      cure: `if nothing else uses that swarm: docker swarm leave --force on that machine, then ${CURE}`,
    }));
}

function managerProblems(
  topology: Topology,
  { machine, state: { swarm } }: AnsweredMachine,
  answered: readonly AnsweredMachine[],
): Problem[] {
  if (swarm.state !== "active") return [];
  const name = topology.networks.find(({ overlay }) => overlay !== undefined)?.host ?? "";
  const managers = answered.filter(({ state }) => state.swarm.isManager).flatMap(({ machine: { hosts } }) => hosts);
  if (!swarm.isManager) {
    return [
      {
        path: ["networks", "manager"],
        complaint: `is ${name}, whose engine at ${machine.endpoint} is a worker of its swarm`,
        allowed:
          managers.length > 0
            ? `a host that is a manager: ${managers.join(", ")}`
            : "a host that is a manager; none of the stack's is",
        ...(managers[0] === undefined
          ? { cure: `docker node promote ${nodeName(swarm.nodeId, answered)} on a manager of the swarm` }
          : { example: managers[0] }),
      },
    ];
  }
  if (swarm.nodes !== undefined) return [];
  return [
    {
      path: ["networks", "manager"],
      complaint: `is ${name}, whose swarm has no leader (${swarm.reason ?? "it does not answer"})`,
      allowed: "a swarm of which more than half of the managers are up; containers that run go on, and none can start",
      cure: "start the other managers; only if they are lost for good: docker swarm init --force-new-cluster on this one",
    },
  ];
}

function nodeName(id: string, answered: readonly AnsweredMachine[]): string {
  const nodes = answered.flatMap(({ state }) => state.swarm.nodes ?? []);
  return nodes.find((node) => node.id === id)?.hostname ?? id;
}

/** The engines since which containers in such networks always start when their machine boots, as far as it was seen. */
const SURE_BOOT = 28;

function swarmWarnings(answered: readonly AnsweredMachine[]): string[] {
  const nodes = answered.find(({ state }) => state.swarm.nodes !== undefined)?.state.swarm.nodes ?? [];
  const managers = nodes.filter(({ isManager }) => isManager);
  const away = nodes
    .filter(({ status }) => status !== "ready")
    .map(({ hostname, status }) => `${hostname} is ${status}`);
  const old = answered.filter(({ state }) => Number.parseInt(state.version, 10) < SURE_BOOT);
  return [
    ...(managers.length === 2
      ? [
          `the swarm has two managers (${managers.map(({ hostname }) => hostname).join(", ")}): without either of them no container starts on any machine
    cure:      a third one (docker node promote), or one alone (docker node demote)`,
        ]
      : []),
    ...(away.length > 0 ? [`in the swarm ${away.join(", ")}: containers there may not find the others`] : []),
    ...(old.length > 0
      ? [
          `${named(old)}: older than ${SURE_BOOT}, whose containers may stay down after a boot of the machine
    cure:      npm run hosts -- unit, which prints a unit of systemd that starts them; or npm run up -- --refresh after a boot`,
        ]
      : []),
    ...answered.flatMap(({ machine, state: { stopped } }) =>
      stopped.length > 0
        ? [
            `${stopped.length} containers of this stack are stopped on ${machine.hosts.join(" and ")}, perhaps since a boot: npm run up starts them`,
          ]
        : [],
    ),
  ];
}

function named(answered: readonly AnsweredMachine[]): string {
  return answered.map(({ machine, state }) => `the engine of ${hostsOf(machine)} is ${state.version}`).join(", ");
}

function hostsOf({ hosts }: MachinePlan): string {
  return hosts.join(" and ");
}
