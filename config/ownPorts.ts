import { z } from "zod";
import { portNumbers } from "./loadBalancing.ts";
import { type Settings, schema } from "./schema.ts";
import { shapeOf, unwrapped } from "./shape.ts";
import { PROPOSED_PORTS, type Surroundings } from "./surroundings.ts";
import { judged } from "./wellFormed.ts";

type Publishing = Pick<Settings, "loadBalancer" | "monitoring" | "logs">;

/** The ports that settings have by default or as their example, and those of a second load balancer beside them. */
export const USUAL_PORTS: ReadonlySet<number> = new Set(
  portsIn(schema).flatMap((port) => (port < 65_535 ? [port, port + 1] : [port])),
);

function portsIn(setting: z.ZodType): number[] {
  return Object.entries(shapeOf(setting)).flatMap(([key, part]) => {
    if (!(unwrapped(part) instanceof z.ZodNumber)) return portsIn(part);
    if (!/^port$|Port$/.test(key)) return [];
    const usual = [part instanceof z.ZodDefault ? part.def.defaultValue : undefined, part.meta()?.["example"]];
    return usual.filter((port) => typeof port === "number");
  });
}

/**
 * Proposes a port each time that it is called: one that is free, that no setting has, and that was not proposed before.
 * undefined: there is none left.
 */
export function portProposals(settings: Publishing, { ports: held, docker }: Surroundings): () => string | undefined {
  const own = [
    ...judged(() => portNumbers(settings.loadBalancer, docker).flat()).map(({ port }) => port),
    ...judged(() => [settings.monitoring.boardPort]),
    ...judged(() => [settings.monitoring.grafanaPort]),
    ...judged(() => [settings.monitoring.prometheusPort]),
    ...judged(() => [settings.monitoring.alertmanagerPort]),
    ...judged(() => [settings.logs.store?.port]),
  ];
  const taken = new Set([...held, ...USUAL_PORTS, ...own]);
  return () => {
    const free = PROPOSED_PORTS.find((port) => !taken.has(port));
    if (free !== undefined) taken.add(free);
    return free?.toString();
  };
}
