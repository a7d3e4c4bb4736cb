import { createHash } from "node:crypto";
import { ARBITER } from "../config/choices.ts";
import { areSeveral } from "../config/endpoints.ts";
import { hasArbiter } from "../config/hosts.ts";
import { mysqlSizing } from "../config/mysqlSizing.ts";
import { serversWith } from "../config/routes.ts";
import type { Config } from "../config/schema.ts";
import { planAgent } from "./agents.ts";
import type { ClusterPlan, DatabasePlan } from "./databasePlan.ts";
import { ROUTER_DOMAIN } from "./databaseRouters.ts";
import { attachments } from "./links.ts";
import { memberAddresses } from "./members.ts";
import { MYSQL_PORT } from "./ports.ts";
import { databasePids, SIZES } from "./sizes.ts";

const ARBITER_SIZING = {
  memoryMb: SIZES.arbiter.memoryMb,
  bufferPoolMb: 64,
  maxConnections: 50,
  redoLogMb: 64,
} as const;

/** At rest it uses less than half of its limit. The rest is for a provisioning. */
const SMALL_SIZING = { ...ARBITER_SIZING, memoryMb: 768, bufferPoolMb: 16, maxConnections: 20 } as const;

/**
 * The switchover controller's container keeps its former name. Under another one, `up` would start the new container
 * while the old one still runs, and for a while two controllers could each promote another primary.
 */
const CONTROLLER = "mysql-steward";

const ROLL = { arbiter: 0, other: 1, first: 2 } as const;

export function planCluster(config: Config): ClusterPlan {
  const { mysql } = config;
  const servers = serversWith(config.servers, "db");
  const first = mysql.primary ?? servers[0]?.name;
  const places = [...servers.map(({ name }) => name), ...(hasArbiter(mysql, servers.length) ? [ARBITER] : [])];
  const isSeveral = areSeveral(config.hosts);
  const members = isSeveral ? memberAddresses(config.networks.replication, places) : new Map<string, string>();
  const knownHosts = [...members].map(([server, address]) => ({ name: memberName(server), address }));
  const databases = places
    .map((server): DatabasePlan => {
      const name = `mysql-${server}`;
      const isArbiter = server === ARBITER;
      const { memoryMb, ...sizing } = isArbiter
        ? isSeveral
          ? SMALL_SIZING
          : ARBITER_SIZING
        : { memoryMb: mysql.memoryMb, ...mysqlSizing(mysql) };
      const known = isSeveral ? { knownHosts } : {};
      return {
        name,
        host: server,
        server,
        role: isArbiter ? "arbiter" : server === first ? "first" : "other",
        serverId: serverId(server),
        port: MYSQL_PORT,
        member: memberName(server),
        peers: places.filter((other) => other !== server).map(memberName),
        dnsNames: [name, memberName(server), `*.${ROUTER_DOMAIN}`],
        image: config.images.mysql,
        attachments: [
          ...(isArbiter ? [] : attachments(name, "data")),
          {
            network: "replication",
            alias: memberName(server),
            ...(isSeveral ? { address: members.get(server) ?? "" } : {}),
          },
        ],
        ...known,
        ...SIZES.database,
        pids: databasePids(sizing.maxConnections),
        memoryMb,
        dataVolume: dataVolume(config, name),
        isSmall: isArbiter && isSeveral,
        sizing,
        agent: planAgent(config, server, known),
      };
    })
    .sort((a, b) => ROLL[a.role] - ROLL[b.role]);
  return {
    replication: mysql.replication,
    withoutReplica: mysql.withoutReplica,
    groupName: uuidOf(`${config.project}/${config.stack}`),
    primary: memberName(first ?? ""),
    applicationDatabases: [mysql.database, ...mysql.databases],
    variables: mysql.settings,
    accountHosts: accountHosts(config.networks),
    databases,
    controller: {
      name: CONTROLLER,
      // On several machines it is not on that of a database, which may be lost.
      host: (isSeveral ? config.hosts[0]?.name : servers[0]?.name) ?? "",
      image: config.images.agent,
      attachments: attachments(CONTROLLER, "replication"),
      ...SIZES.controller,
    },
  };
}

/** Queries of the application reach a database from its routers. */
function accountHosts({ data, replication }: Config["networks"]): ClusterPlan["accountHosts"] {
  return {
    application: data,
    router: data,
    replication,
    steward: replication,
    backup: replication,
    monitoring: replication,
  };
}

/** A restore has its own volumes, so that the replaced data is kept. */
function dataVolume({ project, stack, mysql }: Config, name: string): string {
  return [project, stack, name, ...(mysql.restored === undefined ? [] : [mysql.restored])].join("-");
}

/** The name of a server's database among the members. */
export function memberName(server: string): string {
  return `mysql-${server}.replication`;
}

/**
 * MySQL's server id, derived from the server's name alone. A replica skips transactions with its own id, so an id that
 * another server had before would make it skip, and lose, that server's transactions.
 */
function serverId(server: string): number {
  return createHash("sha256").update(server).digest().readUInt32BE() || 1;
}

/** A UUID that depends on the text alone. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
