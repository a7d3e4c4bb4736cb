import { ROLES, type Role } from "../choices.ts";
import { portProposals } from "../ownPorts.ts";
import type { Problem } from "../problems.ts";
import type { ServerSettings, Settings } from "../schema.ts";
import type { Divided } from "../serverSubnets.ts";
import type { Surroundings } from "../surroundings.ts";
import { entries, judged } from "../wellFormed.ts";
import { acmeChecks } from "./acme.ts";
import { applicationChecks } from "./application.ts";
import { httpsChecks } from "./https.ts";
import { listProblems } from "./lists.ts";
import { localPortChecks } from "./localPorts.ts";
import { logsChecks } from "./logs.ts";
import { machineChecks } from "./machines.ts";
import { monitoringChecks } from "./monitoring.ts";
import { mysqlChecks } from "./mysql.ts";
import { namesChecks } from "./names.ts";
import { networkChecks, serverNetworkChecks } from "./networks.ts";
import { registryChecks } from "./registries.ts";
import { secretChecks } from "./secrets.ts";
import { subnetPartChecks } from "./subnetParts.ts";
import { trafficChecks } from "./traffic.ts";
import { virtualAddressChecks } from "./virtualAddresses.ts";
import { hostChecks, visitorChecks } from "./visitors.ts";

/**
 * Rules between settings. A rule that reads a malformed setting gives nothing, so that a typing error hides no
 * contradiction between other settings.
 */
export function crossChecks(settings: Settings, surroundings: Surroundings): Problem[] {
  const ofNetworks = judged(() =>
    networkChecks(
      settings.networks,
      {
        outbound: settings.application.outbound,
        monitor: settings.monitoring.enabled || settings.logs.store !== undefined,
      },
      surroundings,
    ),
  );
  const propose = portProposals(settings, surroundings);
  return judged(
    () => duplicateNames(settings.servers),
    () => duplicateRoles(settings.servers),
    () => rolesNobodyHas(settings.servers),
    () => mysqlChecks(settings),
    () => machineChecks(settings, surroundings.docker),
    () => namesChecks(settings.names),
    () => httpsChecks(settings.loadBalancer),
    () => acmeChecks(settings.names, settings.loadBalancer),
    () => trafficChecks(settings, surroundings.docker, propose),
    // Problems with addresses in a network that has to move would be wrong after its move.
    () => (ofNetworks.some(({ path }) => path[1] === "edge") ? [] : virtualAddressChecks(settings, surroundings)),
    () => visitorChecks(settings.loadBalancer),
    () => (ofNetworks.some(({ path }) => path[1] === "edge") ? [] : hostChecks(settings)),
    () => applicationChecks(settings, surroundings.docker),
    () => monitoringChecks(settings),
    () => logsChecks(settings, surroundings.docker),
    () => localPortChecks(settings, surroundings.docker, propose),
    () => secretChecks(settings.secrets),
    () => registryChecks(settings.registries),
    () => ofNetworks,
    () => (ofNetworks.length > 0 ? [] : partChecks(settings, settings.networks, surroundings)),
  );
}

/** Subnets that have to be larger get other parts. */
function partChecks(settings: Divided, networks: Settings["networks"], surroundings: Surroundings): Problem[] {
  const small = serverNetworkChecks(settings, networks, surroundings);
  return small.length > 0 ? small : subnetPartChecks(settings, networks);
}

function duplicateNames(servers: readonly ServerSettings[]): Problem[] {
  const names = entries(servers).flatMap(([index, server]) => judged(() => [{ index, name: server.name }]));
  const taken = names.map(({ name }) => name);
  return names.flatMap(({ index, name }, place) => {
    if (names.findIndex((other) => other.name === name) === place) return [];
    const example = freeName(taken);
    taken.push(example);
    return [{ path: ["servers", index, "name"], value: name, allowed: "a name that no other server has", example }];
  });
}

function freeName(taken: readonly string[]): string {
  let number = 1;
  while (taken.includes(`server${number}`)) number++;
  return `server${number}`;
}

function duplicateRoles(servers: readonly ServerSettings[]): Problem[] {
  const twice = (server: number, roles: readonly Role[]) =>
    listProblems(["servers", server, "roles"], roles, {
      refusal: () => undefined,
      form: (role) => role,
      once: "each role once",
    });
  return entries(servers).flatMap(([index, server]) => judged(() => twice(index, server.roles)));
}

function rolesNobodyHas(servers: readonly ServerSettings[]): Problem[] {
  return ROLES.filter((role) => !servers.some(({ roles }) => roles.includes(role))).map((role) => ({
    path: ["servers", 0, "roles", servers[0]?.roles.length ?? 0],
    complaint: `is free, and no server has the role ${role}`,
    allowed: `at least one server with each of the roles ${ROLES.join(", ")}`,
    example: role,
  }));
}
