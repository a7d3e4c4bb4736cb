import { shellWord } from "../config/problems.ts";
import { usedSecrets } from "../config/rules/monitoring.ts";
import type { Topology } from "../topology/plan.ts";

/** Warnings about secrets of monitoring that nothing uses: a receiver may be missing, or its setting misspelt. */
export function unusedSecrets({
  project,
  stack,
  monitoring,
}: Pick<Topology, "project" | "stack" | "monitoring">): string[] {
  if (monitoring === undefined) return [];
  const used = usedSecrets(monitoring);
  return Object.keys(monitoring.secrets)
    .filter((name) => !used.has(name))
    .map(
      (name) => `monitoring.secrets.${name} is used by no receiver and not by the watchdog
    cure:      name it in monitoring.receivers or monitoring.watchdog; or
               pulumi config rm --path ${shellWord(`${project}:monitoring.secrets.${name}`)} --stack ${stack}`,
    );
}
