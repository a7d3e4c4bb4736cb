import fc from "fast-check";
import { LOAD_BALANCERS, ROLES } from "../config/choices.ts";
import { parseConfig } from "../config/config.ts";
import type { Topology } from "../topology/plan.ts";
import { planTopology } from "../topology/topology.ts";

export const plan = (raw: Record<string, string>): Topology => planTopology(parseConfig("foobar", "dev", raw));

/** Any valid list of servers: every role is somewhere. */
export const servers = fc
  .uniqueArray(
    fc.record({
      name: fc
        .stringMatching(/^[a-z][a-z0-9]{0,8}$/)
        .filter((name) => !LOAD_BALANCERS.some((reserved) => reserved === name)),
      roles: fc.subarray([...ROLES], { minLength: 1 }),
    }),
    { minLength: 1, maxLength: 12, selector: ({ name }) => name },
  )
  .filter((list) => ROLES.every((role) => list.some(({ roles }) => roles.includes(role))));

export const topologies = servers.map((list) => plan({ "foobar:servers": JSON.stringify(list) }));
