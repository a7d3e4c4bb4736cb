import assert from "node:assert/strict";
import { parseConfig } from "../config/config.ts";
import type { Drill } from "../operations/drills/drill.ts";
import { DRILLS } from "../operations/drills/drills.ts";
import type { Machines } from "../operations/drills/hosts/power.ts";
import { type Target, targetsOf } from "../operations/drills/hosts/targets.ts";
import type { Stack } from "../operations/stack/stack.ts";
import { planTopology } from "../topology/topology.ts";
import { devConfig } from "./devConfig.ts";

export const ALL = ["web", "app", "db"];
export const at = (place: number) => `ssh://root@10.0.0.${place}`;
export const server = (place: number, endpoint = at(place)) => ({ name: `server${place}`, roles: ALL, endpoint });
export const LOAD_BALANCER = { address: "0.0.0.0", endpoint: at(3) };
export const GROUP = { replication: "group", arbiter: { endpoint: at(3) } };
/** A majority of the group is on the first server's machine. */
export const NEAR = { ...GROUP, arbiter: { endpoint: at(1) }, acceptNoMajority: true };
export const MACHINES: Machines = { program: "/bin/machines", repair: undefined, host: undefined, offSeconds: 20 };

export function stackWith(changes = {}): Stack {
  const config = parseConfig(
    "foobar",
    "dev",
    devConfig({
      "foobar:servers": [server(1), server(2)],
      "foobar:loadBalancer": LOAD_BALANCER,
      "foobar:mysql": GROUP,
      ...changes,
    }),
  );
  return { config, topology: planTopology(config) };
}

export const one = (): Stack => {
  const config = parseConfig("foobar", "dev", devConfig());
  return { config, topology: planTopology(config) };
};

export const targets = (stack: Stack) => targetsOf(stack.topology, MACHINES);

export function target(stack: Stack, host: string): Target {
  const found = targets(stack).find(({ machine }) => machine.hosts.includes(host));
  assert.ok(found);
  return found;
}

export function drillOf(name: string): Drill {
  const found = DRILLS.find((drill) => drill.name === name);
  assert.ok(found);
  return found;
}
