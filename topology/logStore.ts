import type { Config, Settings } from "../config/schema.ts";
import type { InstancePlan } from "./instancePlan.ts";
import { SIZES } from "./sizes.ts";

/** How engines treat the logs of containers. */
export interface LogsPlan extends Pick<Settings["logs"], "keepMb"> {
  /** The address to which they send every line, too. undefined: lines are on the engines alone. */
  readonly syslog: string | undefined;
}

/** The store of the stack's own that gets every line. */
export interface LogStorePlan extends InstancePlan {
  /** The volume's name on its host's engine. */
  readonly volume: string;
  /** The image of the container that prepares the volume; it has a folder /tmp. */
  readonly toolImage: string;
  /** The port at 127.0.0.1 of its host, by TCP for people and by UDP for the engine. */
  readonly port: number;
  readonly retentionDays: number;
  readonly retentionMb: number;
}

const NAME = "log-store";

/**
 * The address is the engine's own, where the store's port is published: the engine looks up no name, and a container
 * starts while the store is away.
 */
export function planLogs({ logs: { keepMb, syslog, store } }: Pick<Config, "logs">): LogsPlan {
  return { keepMb, syslog: store === undefined ? syslog : `udp://127.0.0.1:${store.port}` };
}

/** Plans the log store, beside the load balancer. undefined: there is none. */
export function planLogStore({ project, stack, hosts, images, logs }: Config): LogStorePlan | undefined {
  const [first] = hosts;
  if (logs.store === undefined || first === undefined) return undefined;
  return {
    name: NAME,
    host: first.name,
    image: images.victoriaLogs,
    attachments: [{ network: "monitor", alias: NAME, listensAs: `${NAME}.monitor` }],
    ...SIZES.logStore,
    volume: [project, stack, NAME].join("-"),
    toolImage: images.router,
    ...logs.store,
  };
}
