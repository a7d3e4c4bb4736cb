import mysql from "mysql2/promise";
import { type Access, accessOf } from "../../operations/drills/database/access.ts";
import type { WriterAddress } from "../../operations/drills/database/notes.ts";
import { opened } from "../../operations/stack/open.ts";
import { serverNetwork } from "../../topology/networks.ts";
import { networkOf, type Topology } from "../../topology/plan.ts";
import { MYSQL_PORT } from "../../topology/ports.ts";
import { planTopology } from "../../topology/topology.ts";
import { inspect, type TestProject } from "../project.ts";
import { figureLine, median } from "./figures.ts";
import { addressIn, configOfProject, letThisMachineIn, timedUp } from "./stack.ts";
import type { TrafficOptions } from "./traffic.ts";

const REPLICATIONS = ["async", "semisync", "group"] as const;
const ROUTES = ["router", "direct"] as const;

/** As many as two applications have under way. */
const CONNECTIONS = 8;
const ROUNDS = 3;
const TABLE = "bench_rows";

interface Options extends Access, WriterAddress {
  readonly database: string;
}

/**
 * Rows that the databases commit, one in each transaction: through a router and past it, in a pair, in one that waits for
 * its replica, and in a group. Yields a line for each route, then what each of these and what a router leaves, in percent.
 */
export async function* benchWrites({ engine, project, seconds, signal }: TrafficOptions): AsyncGenerator<string> {
  const speeds = new Map<string, number>();
  for (const replication of REPLICATIONS) {
    const { withoutReplica: _, ...settings } = (await configOfProject(project)).mysql;
    const mode = replication === "semisync" ? { replication, withoutReplica: "wait" } : { replication };
    await project.configure({ "foobar:mysql": { ...settings, ...mode } });
    await timedUp(project);
    const config = await configOfProject(project);
    const { topology, containers, databases } = opened({ config, topology: planTopology(config) }, signal);
    const access = await accessOf(containers, topology);
    const primary = await databases.primary();
    await letThisMachineIn(engine, topology);
    const addresses = await addressesOf(project, topology, primary);
    await databases.ask(
      primary,
      `CREATE TABLE IF NOT EXISTS ${topology.database}.${TABLE} (id BIGINT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100))`,
    );
    const measured = new Map<string, number[]>(ROUTES.map((route) => [route, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const route of ROUTES) {
        signal.throwIfAborted();
        const options = { ...access, ...addresses[route], database: topology.database };
        measured.get(route)?.push(await rowsPerSecond(options, seconds));
      }
    }
    for (const [route, values] of measured) {
      const rows_per_s = Math.round(median(values));
      speeds.set(`${replication} ${route}`, rows_per_s);
      yield figureLine("writes", { replication, route, rows_per_s });
    }
  }
  const percent = (one: string, other: string) =>
    Math.round((100 * (speeds.get(one) ?? 0)) / (speeds.get(other) ?? Number.NaN));
  yield figureLine("writes", {
    semisync_of_async_percent: percent("semisync router", "async router"),
    group_of_async_percent: percent("group router", "async router"),
    router_of_direct_percent: percent("async router", "async direct"),
  });
}

async function addressesOf(project: TestProject, topology: Topology, primary: string) {
  const [router] = topology.routers;
  if (router === undefined) throw new Error("the stack has no database router");
  const addressOf = async (service: string, network: string) =>
    addressIn(await inspect(project, service), networkOf(topology, network).engineName);
  return {
    router: { host: await addressOf(router.name, serverNetwork("router", router.server)), port: router.ports.write },
    direct: { host: await addressOf(primary, "data"), port: MYSQL_PORT },
  };
}

async function rowsPerSecond({ ca, ...options }: Options, seconds: number): Promise<number> {
  // Reached by address, which no certificate names.
  const open = () => mysql.createConnection({ ...options, ssl: { ca, verifyIdentity: false } });
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, open));
  try {
    const start = performance.now();
    const write = async (connection: mysql.Connection) => {
      let rows = 0;
      for (; performance.now() - start < seconds * 1_000; rows++) {
        await connection.query(`INSERT INTO ${TABLE} (text) VALUES (?)`, [`row ${rows}`]);
      }
      return rows;
    };
    const rows = await Promise.all(connections.map(write));
    return rows.reduce((sum, count) => sum + count, 0) / ((performance.now() - start) / 1_000);
  } finally {
    await Promise.all(connections.map((connection) => connection.end()));
  }
}
