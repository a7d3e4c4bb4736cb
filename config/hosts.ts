import { ARBITER, LOAD_BALANCERS, type NO_ADDRESSES } from "./choices.ts";
import type { DockerDefault, HostSetting } from "./endpoints.ts";
import { serversWith } from "./routes.ts";
import type { Settings } from "./schema.ts";

type Placed = Pick<Settings, "servers" | "loadBalancer" | "mysql">;

/** The hosts: load balancers, servers, and the arbiter of a group, if there is one. */
export function hostSettings({ servers, loadBalancer, mysql }: Placed, docker: DockerDefault): HostSetting[] {
  const first = loadBalancer.endpoint ?? docker.endpoint;
  const [lb1, lb2] = LOAD_BALANCERS;
  return [
    { name: lb1, path: ["loadBalancer", "endpoint"], endpoint: first },
    ...(loadBalancer.replicas > 1
      ? [{ name: lb2, path: ["loadBalancer", "pair", "endpoint"], endpoint: loadBalancer.pair?.endpoint ?? first }]
      : []),
    ...servers.map(({ name, endpoint = docker.endpoint }, index) => ({
      name,
      path: ["servers", index, "endpoint"],
      endpoint,
    })),
    ...(hasArbiter(mysql, serversWith(servers, "db").length)
      ? [
          {
            name: ARBITER,
            path: ["mysql", "arbiter", "endpoint"],
            endpoint: (typeof mysql.arbiter === "object" ? mysql.arbiter.endpoint : undefined) ?? first,
          },
        ]
      : []),
  ];
}

/** Whether a group has an arbiter, a member on no server: by default if the number of databases is even. */
export function hasArbiter(
  { replication, arbiter = undefined }: Pick<Settings["mysql"], "replication" | "arbiter">,
  databases: number,
): boolean {
  return replication === "group" && (arbiter === undefined ? databases % 2 === 0 : arbiter !== false);
}

/** The addresses that move between a pair on two machines; undefined: it has none, or is on one machine. */
export function lanAddresses(pair: Settings["loadBalancer"]["pair"]): readonly string[] | undefined {
  const given: readonly string[] | typeof NO_ADDRESSES | undefined = pair?.virtualAddresses;
  return given === undefined || typeof given === "string" ? undefined : given;
}
