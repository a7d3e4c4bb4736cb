import * as pulumi from "@pulumi/pulumi";
import { logStorePorts } from "../topology/localPorts.ts";
import type { LogStorePlan } from "../topology/logStore.ts";
import { LOG_STORE_PORTS } from "../topology/ports.ts";
import type { Hosts } from "./host.ts";
import { dataOf, NOBODY } from "./monitoring/parts.ts";
import { openSeed } from "./openSeed.ts";
import { Service } from "./service.ts";
import { placement, type TierArgs } from "./tier.ts";

/** The folder of the lines in the container. */
const DATA_FOLDER = "/victoria-logs-data";

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
  readonly service: Service;

  constructor(name: string, args: LogStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:LogStore", name, {}, opts);
    const { plan, identity } = args;
    const { host, ...placed } = placement(args, plan);
    const { volume, path } = dataOf(plan, DATA_FOLDER, args, this);
    const seed = openSeed(`${plan.name}-data`, { identity, host, image: plan.toolImage, volume }, this);
    this.service = new Service(
      plan.name,
      {
        ...placed,
        host: { ...host, logs: { ...host.logs, syslog: undefined } },
        user: NOBODY,
        command: logStoreOptions(plan),
        files: [],
        storage: [{ volume, path, seed }],
        published: logStorePorts(plan),
        stopGrace: 20,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }

  /** The hosts, on each of which containers come after the store that gets their lines. */
  before(hosts: Hosts): Hosts {
    const logStore = this.service.container;
    return new Map([...hosts].map(([name, host]) => [name, { ...host, logStore }]));
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
