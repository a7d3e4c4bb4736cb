import { parseConfig, rawSettings } from "../config/config.ts";
import type { Topology } from "../topology/plan.ts";
import { planTopology } from "../topology/topology.ts";
import { devConfig } from "./devConfig.ts";
import { exampleSettings } from "./examples.ts";

export const example = (name: string): Topology =>
  planTopology(parseConfig("foobar", name, rawSettings(exampleSettings(name))));
const dev = (more: Readonly<Record<string, unknown>> = {}): Topology =>
  planTopology(parseConfig("foobar", "dev", devConfig(more)));

export const DEV = dev();
export const HA = dev({
  "foobar:loadBalancer": { replicas: 2 },
  "foobar:mysql": { replication: "group", primary: "server1", backup: {} },
  "foobar:monitoring": { enabled: true },
});
export const MACHINES = example("two-machines-arbiter");
