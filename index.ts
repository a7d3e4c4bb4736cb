import * as pulumi from "@pulumi/pulumi";
import { withProcessLimits } from "./components/processLimits.ts";
import { sayWaits } from "./components/progress.ts";
import { askedAbout } from "./config/commands.ts";
import { deploy } from "./deploy.ts";
import { loginsFrom } from "./engine/logins.ts";
import { loadConfig } from "./preflight/configuration.ts";
import { preflight } from "./preflight/preflight.ts";
import { hostsAway } from "./topology/away.ts";
import { planTopology } from "./topology/topology.ts";

// The SDK records a stack trace for every promise, and maps each to its source. There is nothing to map, because Node.js
// removes types in place. Without the mapping a run takes a tenth less CPU.
Reflect.deleteProperty(Error, "prepareStackTrace");

/**
 * Reads the configuration, plans the stack, checks the engine and declares the resources. Returns the stack's outputs.
 */
export default async function main() {
  askedAbout(pulumi.getStack());
  const config = await loadConfig();
  const topology = planTopology(config);
  const away = hostsAway(topology, process.env);
  const { isServing, containers, migrated } = await preflight(topology, away, loginsFrom(config));
  sayWaits(topology, away);
  const outputs = deploy(topology, { isServing, migrated }, away.size === 0 ? undefined : { hosts: away, containers });
  return { ...outputs, containers: withProcessLimits(topology, outputs.containers, away) };
}
