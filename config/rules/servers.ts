import { ROLES } from "../choices.ts";
import type { Problem } from "../problems.ts";
import type { ServerSettings, Settings } from "../schema.ts";
import type { Surroundings } from "../surroundings.ts";
import { acmeChecks } from "./acme.ts";
import { httpsChecks } from "./https.ts";
import { mysqlChecks } from "./mysql.ts";
import { namesChecks } from "./names.ts";
import { networkChecks, serverNetworkChecks, subnetsOf } from "./networks.ts";
import { secretChecks } from "./secrets.ts";
import { subnetPartChecks } from "./subnetParts.ts";
import { trafficChecks } from "./traffic.ts";
import { visitorChecks } from "./visitors.ts";

/**
 * Rules between settings. A malformed part is absent, so that a typing error in one part does not hide a contradiction
 * between others.
 */
export function crossChecks(parts: Partial<Settings>, surroundings: Surroundings): Problem[] {
  const { servers, names, loadBalancer, application, mysql, secrets, networks } = parts;
  const ofNetworks = networks ? networkChecks(networks, surroundings) : [];
  // Problems with addresses in a network that has to move would be wrong after its move.
  const edgeMoves = ofNetworks.some(({ path }) => path[1] === "edge");
  const edge = networks && !edgeMoves ? subnetsOf(networks).get("edge") : undefined;
  return [
    ...(servers ? [...duplicateNames(servers), ...duplicateRoles(servers), ...rolesNobodyHas(servers)] : []),
    ...(mysql ? mysqlChecks(servers, mysql) : []),
    ...(servers && loadBalancer ? oneEngine(servers, loadBalancer.endpoint) : []),
    ...(names ? namesChecks(names) : []),
    ...(loadBalancer ? httpsChecks(loadBalancer) : []),
    ...(names && loadBalancer ? acmeChecks(names, loadBalancer) : []),
    ...trafficChecks(servers, loadBalancer, edge, surroundings),
    ...(loadBalancer ? visitorChecks(loadBalancer) : []),
    ...(application ? commandGiven(application) : []),
    ...(secrets ? secretChecks(secrets) : []),
    ...ofNetworks,
    ...(servers && networks && ofNetworks.length === 0 ? partChecks(servers, networks, surroundings) : []),
  ];
}

/** Subnets that have to be larger get other parts. */
function partChecks(
  servers: readonly ServerSettings[],
  networks: Settings["networks"],
  surroundings: Surroundings,
): Problem[] {
  const small = serverNetworkChecks(servers, networks, surroundings);
  return small.length > 0 ? small : subnetPartChecks(servers, networks);
}

function duplicateNames(servers: readonly ServerSettings[]): Problem[] {
  return servers.flatMap(({ name }, index) =>
    servers.findIndex((other) => other.name === name) < index
      ? [
          {
            path: ["servers", index, "name"],
            value: name,
            allowed: "a name that no other server has",
            example: freeName(servers),
          },
        ]
      : [],
  );
}

function freeName(servers: readonly ServerSettings[]): string {
  const taken = new Set(servers.map(({ name }) => name));
  let number = 1;
  while (taken.has(`server${number}`)) number++;
  return `server${number}`;
}

function duplicateRoles(servers: readonly ServerSettings[]): Problem[] {
  return servers.flatMap(({ roles }, server) =>
    roles.flatMap((role, index) =>
      roles.indexOf(role) < index
        ? [{ path: ["servers", server, "roles", index], value: role, allowed: "each role once" }]
        : [],
    ),
  );
}

function rolesNobodyHas(servers: readonly ServerSettings[]): Problem[] {
  return ROLES.filter((role) => !servers.some(({ roles }) => roles.includes(role))).map((role) => ({
    path: ["servers", 0, "roles", servers[0]?.roles.length ?? 0],
    complaint: `is free, and no server has the role ${role}`,
    allowed: `at least one server with each of the roles ${ROLES.join(", ")}`,
    example: role,
  }));
}

function oneEngine(servers: readonly ServerSettings[], endpoint: string): Problem[] {
  return servers.flatMap((server, index) =>
    server.endpoint === endpoint
      ? []
      : [
          {
            path: ["servers", index, "endpoint"],
            value: server.endpoint,
            allowed: `the load balancer's endpoint, ${endpoint}: the networks between the tiers span one engine`,
            example: endpoint,
          },
        ],
  );
}

function commandGiven({ files, command }: Settings["application"]): Problem[] {
  if (files === undefined || !command.includes("/app/server.cjs")) return [];
  return [
    {
      path: ["application", "command"],
      complaint: "starts the sample application, but application.files names another",
      allowed: "the command that starts the application in the folder, which is put at /app",
      example: '["node", "/app/index.js"]',
    },
  ];
}
