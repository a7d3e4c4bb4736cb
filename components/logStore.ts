import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { stackLabels } from "../engine/labels.ts";
import { logStorePorts } from "../topology/localPorts.ts";
import type { LogStorePlan } from "../topology/logStore.ts";
import { LOG_STORE_PORTS } from "../topology/ports.ts";
import type { Hosts } from "./host.ts";
import { openSeed } from "./openSeed.ts";
import { Service } from "./service.ts";
import { placement, type TierArgs } from "./tier.ts";

/** The folder of the lines in the container. */
const DATA_FOLDER = "/victoria-logs-data";

/** The user of the programs that watch: nobody. */
const USER = "65534:65534";

interface LogStoreArgs extends Omit<TierArgs, "roll"> {
  readonly plan: LogStorePlan;
  /** Whether the volume with the lines stays on the engine when it leaves the stack. */
  readonly protect: boolean;
}

/**
 * VictoriaLogs, which gets the lines of every container. It is there before the others, and its own lines are on the
 * engine alone. Its image has nothing but the program, so that nothing in it can ask for its health: Prometheus does.
 */
export class LogStore extends pulumi.ComponentResource {
  readonly services: readonly Service[];

  constructor(name: string, args: LogStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:LogStore", name, {}, opts);
    const { plan, identity } = args;
    const { host, ...placed } = placement(args, plan);
    const data = `${plan.name}-data`;
    const volume = new docker.Volume(
      data,
      { name: plan.volume, labels: stackLabels(identity) },
      { parent: this, provider: host.provider, retainOnDelete: args.protect, ignoreChanges: ["labels"] },
    );
    const seed = openSeed(data, { identity, host, image: plan.toolImage, volume }, this);
    const service = new Service(
      plan.name,
      {
        ...placed,
        host: { ...host, logs: { ...host.logs, syslog: undefined } },
        user: USER,
        command: logStoreOptions(plan),
        files: [],
        storage: [{ volume, path: DATA_FOLDER, seed }],
        published: logStorePorts(plan),
        stopGrace: 20,
      },
      { parent: this },
    );
    this.services = [service];
    this.registerOutputs({});
  }

  /** The hosts, on each of which containers come after the store that gets their lines. */
  before(hosts: Hosts): Hosts {
    const [store] = this.services;
    if (store === undefined) return hosts;
    return new Map([...hosts].map(([name, host]) => [name, { ...host, logStore: store.container }]));
  }
}

/** The options of the program. */
export function logStoreOptions({ retentionDays, retentionMb }: Pick<LogStorePlan, "retentionDays" | "retentionMb">) {
  return [
    `-storageDataPath=${DATA_FOLDER}`,
    `-retentionPeriod=${retentionDays}d`,
    `-retention.maxDiskSpaceUsageBytes=${retentionMb}MB`,
    `-httpListenAddr=:${LOG_STORE_PORTS.web}`,
    `-syslog.listenAddr.udp=:${LOG_STORE_PORTS.syslog}`,
    // No page of another site reads the lines by the browser of somebody on the machine.
    "-http.disableCORS",
  ];
}
