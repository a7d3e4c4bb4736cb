import { type Loss, lostIn } from "./effects.ts";
import { evaluate, primaryOf, servingDatabases } from "./structure.ts";
import type { Unit } from "./units.ts";

/** What brings a lost unit back, and what helps where that is impossible. */
export interface Cures {
  readonly remedy: string;
  readonly orElse?: string;
}

/** Starts what was stopped, and makes what was removed. */
const REFRESH = "npm run up -- --refresh";

/** @param unit not a process, which comes back by itself */
export function remedyFor(unit: Unit, loss: Loss): Cures {
  const remedy = unit.kind === "engine" ? "switch the machine on: its containers start by themselves" : REFRESH;
  const others = [...withoutIt(loss), ...(unit.kind === "engine" ? [emptied(loss)] : [])];
  return others.length === 0 ? { remedy } : { remedy, orElse: others.join("; ") };
}

/** What makes the databases go on without the lost one. */
function withoutIt(loss: Loss): string[] {
  const { topology, before, after, present } = loss;
  const { replication } = topology.cluster;
  if (evaluate(topology, after, present).writes || !evaluate(topology, before, present).writes) return [];
  const primary = primaryOf(topology, before, present);
  const left = servingDatabases(topology).filter(({ name }) => after(name));
  const [other] = left.filter(({ name }) => name !== primary);
  if (!topology.cluster.databases.some(({ name }) => lostIn(loss)(name)) || left.length === 0) return [];
  if (replication === "group") return ["npm run database -- recover"];
  if (!after(primary)) return other === undefined ? [] : [`npm run database -- failover ${other.server}`];
  return ["mysql.withoutReplica: degrade, then npm run up"];
}

/** What helps where a machine comes back without its disk. */
function emptied({ topology, after }: Loss): string {
  const isCloned = servingDatabases(topology).some(({ name }) => after(name));
  return `with an empty disk: ${REFRESH}${isCloned ? ", and its databases clone the others' data" : ""}`;
}
