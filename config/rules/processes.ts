import type { Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";

/** Rules for the application's other processes. */
export function processChecks({ processes }: Settings["application"]): Problem[] {
  return Object.entries(processes).flatMap(([name, { only, replicas }]): Problem[] =>
    only === "one" && replicas > 1
      ? [
          {
            path: ["application", "processes", name, "replicas"],
            value: replicas,
            allowed: "1 with only: one, which means a single container in the whole stack",
            example: "1",
          },
        ]
      : [],
  );
}
