import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { LoadBalancerPlan } from "../../topology/plan.ts";
import { STATISTICS_PORT } from "../../topology/ports.ts";
import { configFiles, liveFiles } from "../files.ts";
import { hostOf } from "../host.ts";
import { rolling } from "../roll.ts";
import { Service, type ServiceArgs } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";
import { CONFIG_FOLDER, haproxyConfig, stopSeconds } from "./haproxyConfig.ts";
import { keepalivedImage } from "./keepalived/image.ts";
import { keepalivedConfig } from "./keepalived/keepalivedConfig.ts";

export interface LoadBalancerArgs extends TierArgs {
  readonly plans: readonly LoadBalancerPlan[];
  /** Healthy before the load balancer starts. */
  readonly after: readonly Service[];
}

const CONFIG_FILE = `${CONFIG_FOLDER}/haproxy.cfg`;
const KEEPALIVED_FOLDER = "/etc/foobar";

/** Where CPU is short the load balancer comes first: everybody waits for it, and its peer takes it for dead. */
const CPU_SHARES = 8192;

/**
 * Connections that wait to be accepted go to the successor when an HAProxy closes its sockets. Since Linux 5.14, which
 * the preflight asks for.
 */
const HAND_OVER = { "net.ipv4.tcp_migrate_req": "1" } as const;

/**
 * HAProxy: the only way in.
 *
 * A container of its own holds the network namespace, with the addresses and the published ports; HAProxy joins it. A
 * changed HAProxy starts beside the old one, on the same ports (SO_REUSEPORT), and the old one stops when the new one
 * is healthy, finishing what it has begun: no connection is lost, and a configuration that HAProxy refuses changes
 * nothing. The holder serves in HAProxy's place while that is missing. Of a pair, keepalived is the holder.
 */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly services: readonly Service[];

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:LoadBalancer", name, {}, opts);
    const namespaces: Service[] = [];
    const haproxies = rolling(args.plans, args.after, (plan, after) => {
      const holder = plan.vrrp === undefined ? waiting() : keepalived(plan.vrrp, this.#image(plan, args));
      const config = { "haproxy.cfg": haproxyConfig(plan), "503.html": file("503.html") };
      const namespace = this.#namespace(plan, args, config, { ...holder, after });
      namespaces.push(namespace);
      return this.#haproxy(plan, args, config, namespace);
    });
    this.services = [...namespaces, ...haproxies];
    this.registerOutputs({});
  }

  #namespace(
    plan: LoadBalancerPlan,
    args: LoadBalancerArgs,
    config: Readonly<Record<string, string>>,
    { files = [], ...holder }: Holder & Pick<ServiceArgs, "after">,
  ): Service {
    return new Service(
      plan.namespace.name,
      {
        ...placement(args, plan.namespace),
        ...holder,
        files: [...files, liveFiles("spare", CONFIG_FOLDER, config)],
        published: plan.published,
        stopGrace: 5,
        cpuShares: CPU_SHARES,
        sysctls: HAND_OVER,
        init: true,
      },
      { parent: this },
    );
  }

  #haproxy(
    plan: LoadBalancerPlan,
    args: LoadBalancerArgs,
    config: Readonly<Record<string, string>>,
    namespace: Service,
  ): Service {
    return new Service(
      plan.haproxy.name,
      {
        ...placement(args, plan.haproxy),
        networks: namespace,
        user: "99:99",
        command: ["haproxy", "-f", CONFIG_FILE],
        files: [configFiles(CONFIG_FOLDER, { ...config, "health.sh": file("health.sh") })],
        scratch: { "/run/haproxy": 1 },
        healthcheck: { tests: ["CMD", "bash", `${CONFIG_FOLDER}/health.sh`], startPeriod: 10 },
        stopGrace: stopSeconds(plan) + 5,
        cpuShares: CPU_SHARES,
        replacement: "start-first",
        after: [namespace],
      },
      { parent: this },
    );
  }

  /** One for each engine's host, named for it. */
  #image(plan: LoadBalancerPlan, args: LoadBalancerArgs): pulumi.Output<string> {
    const { provider } = hostOf(args.hosts, plan.namespace.host);
    const own = { parent: this, provider };
    return keepalivedImage(`${plan.namespace.name}-keepalived`, plan.namespace.image, own).imageId;
  }
}

/** What a namespace's holder is made of. */
type Holder = Pick<ServiceArgs, "user" | "command" | "imageId" | "capabilities" | "scratch" | "healthcheck"> & {
  readonly files?: ServiceArgs["files"];
};

/** A holder that only waits until it is needed. Its script is in the command, so that another one replaces it. */
function waiting(): Holder {
  return {
    user: "99:99",
    command: ["bash", "-c", file("hold.sh"), "hold", String(STATISTICS_PORT), CONFIG_FILE],
    scratch: { "/run/haproxy": 1 },
  };
}

/** A holder that keeps virtual addresses with its peer. SETGID: without it keepalived runs no check; SETUID: to become HAProxy's user for the spare. */
function keepalived(vrrp: NonNullable<LoadBalancerPlan["vrrp"]>, imageId: pulumi.Output<string>): Holder {
  const script = (name: string) => file(`../keepalived/files/${name}`);
  const files = {
    "keepalived.conf": keepalivedConfig(vrrp),
    "start.sh": script("start.sh"),
    "check.sh": script("check.sh"),
    "health.sh": script("health.sh"),
    "hold.sh": file("hold.sh"),
  };
  return {
    imageId,
    user: "0:0",
    capabilities: ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID"],
    command: ["bash", `${KEEPALIVED_FOLDER}/start.sh`, vrrp.address, String(STATISTICS_PORT), CONFIG_FILE],
    scratch: { "/run": 1 },
    files: [configFiles(KEEPALIVED_FOLDER, files)],
    healthcheck: { tests: ["CMD", "bash", `${KEEPALIVED_FOLDER}/health.sh`, vrrp.address], startPeriod: 10 },
  };
}

function file(name: string): string {
  return readFileSync(new URL(`files/${name}`, import.meta.url), "utf8");
}
