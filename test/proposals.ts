import fc from "fast-check";
import { NETWORKS } from "../config/choices.ts";
import { parseConfig, rawSettings } from "../config/config.ts";
import { ConfigError } from "../config/problems.ts";
import type { Config } from "../config/schema.ts";
import { type Surroundings, UNKNOWN } from "../config/surroundings.ts";
import type { EngineState } from "../engine/state.ts";
import { collisions } from "../preflight/collisions.ts";
import type { MachineSubnet } from "../preflight/machine.ts";
import { machinesOf, partOn } from "../topology/machines.ts";
import { planNetworks } from "../topology/networks.ts";
import { planTopology } from "../topology/topology.ts";
import type { StackSettings } from "./examples.ts";

export const LOCAL = "unix:///run/docker.sock";

export const REMOTE = "tcp://elsewhere:2376";

export const NOBODY: EngineState = {
  id: "AAAA:BBBB",
  version: "28.5.2",
  kernel: "6.1.0",
  isLiveRestored: false,
  clockAheadMs: 0,
  swarm: { state: "inactive", nodeId: "", address: "", isManager: false, nodes: undefined, reason: undefined },
  stopped: [],
  networks: [],
  published: [],
  services: [],
  isServing: false,
  dataVolumes: [],
  dataAtWork: [],
};

export const parse = (settings: StackSettings, surroundings: Surroundings) =>
  parseConfig("foobar", "two", rawSettings(settings), surroundings);

/** What the configuration of the stack `two` is refused with, or nothing. */
export function refusedBy(settings: StackSettings, surroundings: Surroundings): ConfigError | undefined {
  try {
    parse(settings, surroundings);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  return undefined;
}

/**
 * What the stack `two` is refused with before an engine is touched, or nothing.
 * @param engine the state of the load balancer's engine
 */
export async function hindrance(
  settings: StackSettings,
  engine: Partial<EngineState>,
  machine: readonly MachineSubnet[] = [],
  endpoint = REMOTE,
): Promise<ConfigError | undefined> {
  const topology = planTopology(parse(settings, UNKNOWN));
  const [first] = machinesOf(topology);
  if (first === undefined) throw new Error("the plan has no machine");
  const problems = await collisions(partOn(topology, first), endpoint, { ...NOBODY, ...engine }, machine);
  return problems.length === 0 ? undefined : new ConfigError("foobar", "two", problems);
}

/** What a stack has on an engine. */
export function held(config: Config, stack: string, own = false): Partial<EngineState> {
  const { loadBalancer } = config;
  return {
    networks: planNetworks({ ...config, stack }).map(({ engineName, subnet }) => ({
      name: engineName,
      subnets: [subnet],
      own,
    })),
    published: [loadBalancer.port, loadBalancer.statsPort].flatMap((port) =>
      port === undefined
        ? []
        : [{ container: `lb1-${stack}`, address: "127.0.0.1", port, service: own ? "lb1" : undefined }],
    ),
  };
}

export const addresses = fc
  .tuple(fc.constantFrom(0, 201, 202, 203), fc.nat(7), fc.constantFrom(0, 16, 128), fc.integer({ min: 16, max: 28 }))
  .map(([second, third, fourth, bits]) => {
    const number = ((second << 16) | (third << 8) | fourth) & (-1 << (32 - bits));
    return `10.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}/${bits}`;
  });

export const malformed = fc.constantFrom("10.201.1.7/24", "10.0.0.0/8", "none", "127.0.0.0/24");

export const networkSettings = fc.record(
  {
    range: fc.oneof(malformed, fc.constantFrom("10.201.0.0/20", "10.202.0.0/24", "10.0.0.0/16")),
    ...Object.fromEntries(NETWORKS.map((name) => [name, fc.oneof({ weight: 4, arbitrary: addresses }, malformed)])),
  },
  { requiredKeys: [] },
);
