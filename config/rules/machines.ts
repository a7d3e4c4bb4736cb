import { isDeepStrictEqual } from "node:util";
import { ARBITER, LOAD_BALANCERS } from "../choices.ts";
import { areSeveral, type DockerDefault, type HostSetting, isSameEndpoint } from "../endpoints.ts";
import { hasArbiter, hostSettings } from "../hosts.ts";
import type { Problem } from "../problems.ts";
import { serversWith } from "../routes.ts";
import type { Settings } from "../schema.ts";
import { bitsOf, bitsWithRoom, rangeBits } from "../subnets.ts";
import { judged } from "../wellFormed.ts";
import { subnetsOf } from "./networks.ts";

type Placed = Pick<Settings, "servers" | "loadBalancer" | "mysql" | "networks">;

/** Rules for the machines of a stack. */
export function machineChecks(settings: Placed, docker: DockerDefault): Problem[] {
  const hosts = hostSettings(settings, docker);
  if (!areSeveral(hosts)) return judged(() => onlyOnSeveral(settings.networks));
  const together = judged(() => serversTogether(settings.servers, hosts));
  return [
    ...together,
    ...judged(
      () => pairTogether(settings.loadBalancer, hosts),
      // An endpoint that is another server's has a problem already.
      () =>
        majorityTogether(settings, hosts).filter(
          ({ path }) => !together.some((one) => isDeepStrictEqual(one.path, path)),
        ),
      () => managerIsHost(settings.networks, hosts),
      () => roomBetween(settings, hosts),
    ),
  ];
}

function nameAt(hosts: readonly HostSetting[], { name, endpoint }: HostSetting): string | undefined {
  return hosts.find((other) => other.name !== name && isSameEndpoint(other.endpoint, endpoint))?.name;
}

/** Two servers on one machine, where others are on machines of their own, are lost together. */
function serversTogether(servers: Settings["servers"], hosts: readonly HostSetting[]): Problem[] {
  const own = hosts.filter(({ name }) => servers.some((server) => server.name === name));
  return own.flatMap((host, place) => {
    const other = nameAt(own.slice(0, place), host);
    return other === undefined
      ? []
      : [
          {
            path: host.path,
            value: host.endpoint,
            allowed: `the endpoint of another machine than that of ${other}: the stack is on several machines, so each server has its own`,
            cure: `set it to the endpoint of ${host.name}'s machine, such as ssh://user@192.0.2.12; or remove ${host.name} from servers`,
          },
        ];
  });
}

function pairTogether({ replicas }: Settings["loadBalancer"], hosts: readonly HostSetting[]): Problem[] {
  const [first, second] = LOAD_BALANCERS.map((name) => hosts.find((host) => host.name === name));
  if (replicas === 1 || first === undefined || second === undefined) return [];
  if (!isSameEndpoint(first.endpoint, second.endpoint)) return [];
  return [
    {
      path: second.path,
      value: second.endpoint,
      allowed: `the endpoint of another machine than that of ${first.name}: together both load balancers would be lost`,
      cure: `set it to the endpoint of another machine, such as a server's; or have one load balancer alone, by loadBalancer.replicas 1`,
    },
  ];
}

/** A group takes writes as long as more than half of its members are there. No machine may have half of them. */
function majorityTogether({ servers, mysql }: Placed, hosts: readonly HostSetting[]): Problem[] {
  const databases = serversWith(servers, "db");
  if (mysql.replication !== "group" || mysql.acceptNoMajority) return [];
  const members = hosts.filter(
    ({ name }) =>
      databases.some((server) => server.name === name) || (name === ARBITER && hasArbiter(mysql, databases.length)),
  );
  return members.flatMap((host, place) => {
    const before = members.slice(0, place).filter((other) => isSameEndpoint(other.endpoint, host.endpoint));
    if (before.length === 0 || (before.length + 1) * 2 < members.length) return [];
    return [
      {
        path: host.path,
        value: host.endpoint,
        allowed: `the endpoint of another machine: this one also has the database of ${before.map(({ name }) => name).join(" and ")}, and with its loss the group of ${members.length} has no majority and takes no writes`,
        cure: `set it to the endpoint of a further machine, which may be small; or accept that with mysql.acceptNoMajority`,
      },
    ];
  });
}

function managerIsHost({ manager }: Settings["networks"], hosts: readonly HostSetting[]): Problem[] {
  const names = hosts.map(({ name }) => name);
  if (manager === undefined || names.includes(manager)) return [];
  return [
    {
      path: ["networks", "manager"],
      value: manager,
      allowed: `one of the stack's hosts: ${names.join(", ")}`,
      example: names[0],
    },
  ];
}

/** The networks between machines. */
const BETWEEN = ["web", "data", "replication"] as const;

/**
 * Of a network between machines a half has fixed addresses. The other has one for each machine, and those of containers.
 */
function roomBetween({ servers, networks }: Placed, hosts: readonly HostSetting[]): Problem[] {
  const bits = bitsWithRoom(2 * servers.length + hosts.length) - 1;
  const subnets = subnetsOf(networks);
  const small = BETWEEN.filter((name) => bitsOf(subnets.get(name) ?? "10.0.0.0/8") > bits);
  const ofRange = small.filter((name) => networks[name] === undefined);
  const room = `/${bits} or larger: on several machines half of it has fixed addresses, and each machine has one of the others`;
  return [
    ...(ofRange.length === 0
      ? []
      : [
          {
            path: ["networks", "range"],
            value: networks.range,
            allowed: `a range whose sixteenth is ${room}`,
            cure: `set a range of /${rangeBits(bits)} or larger that is free on all machines`,
          },
        ]),
    ...small
      .filter((name) => networks[name] !== undefined)
      .map((name) => ({
        path: ["networks", name],
        value: networks[name],
        allowed: `a subnet of ${room}`,
        cure: `set a subnet of /${bits} or larger that is free on all machines; or remove the setting, and it is a part of networks.range`,
      })),
  ];
}

function onlyOnSeveral(networks: Settings["networks"]): Problem[] {
  const given = (["manager", "encrypted", "mtu"] as const).filter(
    (key) => networks[key] !== undefined && networks[key] !== false,
  );
  return given.map((key) => ({
    path: ["networks", key],
    value: networks[key],
    allowed: "nothing, unless the hosts have different endpoints: one machine has no networks between machines",
  }));
}
