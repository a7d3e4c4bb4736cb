import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { stackLabels } from "../../engine/labels.ts";
import type { DatabasePlan } from "../../topology/databasePlan.ts";
import type { Authority, IssuedCertificate } from "../certificates.ts";
import { hostOf, hostsByMachine } from "../host.ts";
import type { TierArgs } from "../tier.ts";

/** What a database and its agent have together. */
export interface NodePart {
  /** MySQL's data, with the marks that outlive containers. */
  readonly data: docker.Volume;
  /** A folder in memory with MySQL's socket, the node's state and the marks of a run. */
  readonly run: docker.Volume;
  /** The folder of its machine's agents for figures. undefined: nobody reads them. */
  readonly figures: docker.Volume | undefined;
  readonly issued: IssuedCertificate;
}

export interface NodePartsArgs extends Pick<TierArgs, "identity" | "hosts"> {
  readonly plan: { readonly databases: readonly DatabasePlan[] };
  readonly authority: Authority;
  /** Whether data volumes stay on the engine when they leave the stack. */
  readonly protect: boolean;
}

/** MB of the folder that a database and its agent share. Its largest file has the last decisions. */
const RUN_MB = 4;
/** MB of the figures of a machine's agents. */
const FIGURES_MB = 1;

/** The figures of each machine's agents, by the first of its hosts. */
export type AgentFigures = ReadonlyMap<string, docker.Volume>;

/** Makes what each database has with its agent, by the database's name. */
export function nodeParts(
  args: NodePartsArgs,
  figures: AgentFigures,
  parent: pulumi.Resource,
): ReadonlyMap<string, NodePart> {
  const data = dataVolumes(args, parent);
  return new Map(
    args.plan.databases.map((plan) => {
      const { name, host, dnsNames, agent } = plan;
      const volume = data.get(name);
      if (volume === undefined) throw new Error(`${name} has no volume of data`);
      const part: NodePart = {
        data: volume,
        run: inMemory(`${name}-run`, host, { mode: "0750", megabytes: RUN_MB }, args, parent),
        figures: agent.isWatched ? figuresOn(figures, host, args) : undefined,
        issued: args.authority.issue(name, { use: "server", dnsNames }, { parent }),
      };
      return [name, part];
    }),
  );
}

/** Makes the folders of figures. It makes none where nobody reads them. */
export function agentFigures(
  args: Pick<NodePartsArgs, "identity" | "hosts" | "plan">,
  parent: pulumi.Resource,
): AgentFigures {
  const watched = args.plan.databases.filter(({ agent }) => agent.isWatched).map(({ host }) => host);
  // In the order of the hosts: that of the databases depends on the primary, and a switchover replaces nothing.
  const hosts = [...args.hosts.keys()].filter((name) => watched.includes(name));
  return new Map(
    [...hostsByMachine(args.hosts, hosts).keys()].map((first) => [
      first,
      // Its exporter has another user.
      inMemory(`agent-figures-${first}`, first, { mode: "0755", megabytes: FIGURES_MB }, args, parent),
    ]),
  );
}

/** The folder of figures of a host's machine. undefined: no agent there writes any. */
export function figuresOn(
  figures: AgentFigures,
  host: string,
  { hosts }: Pick<TierArgs, "hosts">,
): docker.Volume | undefined {
  const first = [...figures.keys()].find((one) => hostsByMachine(hosts, [one, host]).size === 1);
  return first === undefined ? undefined : figures.get(first);
}

/**
 * A volume in the memory of the machine. Whoever mounts it first finds it empty, with MySQL's user as its owner; an
 * ordinary volume would have the owner of a folder in some image, and keep its content when the machine starts again.
 */
function inMemory(
  name: string,
  hostName: string,
  { mode, megabytes }: { readonly mode: string; readonly megabytes: number },
  { identity, hosts }: Pick<NodePartsArgs, "identity" | "hosts">,
  parent: pulumi.Resource,
): docker.Volume {
  const { provider } = hostOf(hosts, hostName);
  return new docker.Volume(
    name,
    {
      driver: "local",
      driverOpts: {
        type: "tmpfs",
        device: "tmpfs",
        o: `uid=999,gid=999,mode=${mode},size=${megabytes}m,noexec,nosuid,nodev`,
      },
      labels: stackLabels(identity),
    },
    { parent, provider, ignoreChanges: ["labels"] },
  );
}

/**
 * The volumes have fixed names and are never replaced because of labels: another volume would be an empty database. They
 * are retained, not protected: a server that gives up its database keeps the data without holding up the change. The
 * first primary's volume is created first: if it is missing beside others, it was lost.
 */
function dataVolumes(args: NodePartsArgs, parent: pulumi.Resource): Map<string, docker.Volume> {
  const volumes = new Map<string, docker.Volume>();
  for (const plan of args.plan.databases.toReversed()) {
    const { provider } = hostOf(args.hosts, plan.host);
    const volume = new docker.Volume(
      `${plan.name}-data`,
      { name: plan.dataVolume, labels: stackLabels(args.identity) },
      { parent, provider, retainOnDelete: args.protect, ignoreChanges: ["labels"], dependsOn: [...volumes.values()] },
    );
    volumes.set(plan.name, volume);
  }
  return volumes;
}
