import { loadConfig } from "./config/config.ts";
import { deploy } from "./deploy.ts";
import { preflight } from "./preflight/preflight.ts";
import { surroundingsOf } from "./preflight/surroundings.ts";
import { planTopology } from "./topology/topology.ts";

/**
 * Reads the configuration, plans the stack, checks the engine and declares the resources. Returns the stack's outputs.
 */
export default async function main() {
  const topology = planTopology(await loadConfig(surroundingsOf));
  const { isServing } = await preflight(topology);
  return deploy(topology, isServing);
}
