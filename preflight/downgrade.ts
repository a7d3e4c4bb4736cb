import type { Problem } from "../config/problems.ts";
import type { EngineState } from "../engine/state.ts";
import type { Topology } from "../topology/plan.ts";

/**
 * A MySQL that is older than the one that wrote the data does not open it. Without this check an update would fail only
 * after it has replaced the first database. The wanted version is the one in the image's tag; a digest alone has none.
 */
export function downgrade({ cluster }: Topology, { services }: Pick<EngineState, "services">): Problem[] {
  const [database] = cluster.databases;
  const wanted = database && versionOf(database.image);
  if (database === undefined || wanted === undefined) return [];
  const names = new Set(cluster.databases.map(({ name }) => name));
  const newer = services.find(({ service, image }) => {
    const running = names.has(service) ? versionOf(image) : undefined;
    return running !== undefined && isOlder(wanted, running);
  });
  if (newer === undefined) return [];
  return [
    {
      path: ["images", "mysql"],
      value: database.image,
      allowed: `${newer.image}, which ${newer.service} runs, or newer: MySQL does not open data of a newer version`,
      example: newer.image,
    },
  ];
}

function versionOf(image: string): readonly number[] | undefined {
  const [, tag] = /:(\d+(?:\.\d+)*)[^/]*$/.exec(image.replace(/@.*$/, "")) ?? [];
  return tag?.split(".").map(Number);
}

/** A tag with fewer numbers may mean any version that begins with them. */
function isOlder(one: readonly number[], other: readonly number[]): boolean {
  const differs = one.findIndex((part, index) => index < other.length && part !== other[index]);
  return differs >= 0 && (one[differs] ?? 0) < (other[differs] ?? 0);
}
