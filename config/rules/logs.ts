import { areSeveral, type DockerDefault } from "../endpoints.ts";
import { hostSettings } from "../hosts.ts";
import { PORT_KEYS, publishedPorts } from "../loadBalancing.ts";
import type { Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { PROPOSED_PORTS, type Surroundings } from "../surroundings.ts";
import { judged } from "../wellFormed.ts";
import { monitoringPorts } from "./monitoring.ts";

/** Rules for the log store: an engine sends its lines to one address, which is on its own machine. */
export function logsChecks(settings: Settings, { ports, docker }: Surroundings): Problem[] {
  return judged(
    () => oneTarget(settings.logs),
    () => onOneMachine(settings, docker),
    () => portDiffers(settings, ports, docker),
  );
}

function oneTarget({ store, syslog }: Settings["logs"]): Problem[] {
  if (store === undefined || syslog === undefined) return [];
  return [
    {
      path: ["logs", "store"],
      complaint: "is set together with logs.syslog, and an engine sends its lines to one target",
      allowed: "logs.store, which keeps them in this stack, or logs.syslog, which sends them to a server of yours",
      cure: "remove logs.store or logs.syslog",
    },
  ];
}

function onOneMachine(settings: Settings, docker: DockerDefault): Problem[] {
  const { syslog, store } = settings.logs;
  if (store === undefined || !areSeveral(hostSettings(settings, docker))) return [];
  return [
    {
      path: ["logs", "store"],
      complaint: "is set, and on several machines the engines of the others do not reach the store",
      allowed:
        "the engines of a stack on one machine; those of several send their lines to a log server by logs.syslog",
      cure: `remove logs.store${syslog === undefined ? ", and set logs.syslog to the address of a log server" : ""}`,
    },
  ];
}

function portDiffers(
  { logs: { store }, loadBalancer, monitoring }: Settings,
  held: ReadonlySet<number>,
  docker: DockerDefault,
): Problem[] {
  if (store === undefined) return [];
  const taken = new Map<number, string>([
    ...publishedPorts(loadBalancer, docker)
      .flat()
      .map(({ port, serves }) => [port, `loadBalancer.${PORT_KEYS[serves]} or its pair's`] as const),
    ...monitoringPorts(monitoring).map(({ key, port }) => [port, `monitoring.${key}`] as const),
  ]);
  const holder = taken.get(store.port);
  if (holder === undefined) return [];
  return [
    {
      path: ["logs", "store", "port"],
      value: store.port,
      allowed: `a port other than that of ${holder}, which is ${store.port}`,
      example: PROPOSED_PORTS.find((candidate) => !taken.has(candidate) && !held.has(candidate))?.toString(),
    },
  ];
}
