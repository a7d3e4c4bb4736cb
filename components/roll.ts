import type { Service, Waits } from "./service.ts";

/** Services that come before those of a tier. */
export interface Before {
  /** A service of the tier cannot start until they are healthy. */
  readonly needs?: readonly Service[];
  /** They are released before the tier. */
  readonly releasedFirst?: readonly Service[];
}

/** The order in which a tier's services are created and replaced. */
export type Roll = <Plan>(
  plans: readonly Plan[],
  before: Before,
  create: (plan: Plan, waits: Waits) => Service,
) => Service[];

/**
 * The order for a stack that serves: each service waits until the one before it is healthy. A release reaches one server
 * at a time, and stops at the first that fails with the others untouched. Files that running containers read change when
 * the tiers before are released: whoever reads another password of a database finds a database that accepts it.
 */
export const oneByOne: Roll = (plans, { needs = [], releasedFirst = [] }, create) => {
  const services: Service[] = [];
  const before = [...new Set([...needs, ...releasedFirst])];
  for (const plan of plans) {
    const previous = services.at(-1);
    services.push(create(plan, { after: previous ? [previous] : before, liveFilesAfter: before }));
  }
  return services;
};

/**
 * The order for a stack without running containers. It has no visitors, so a service waits only for its needs. Files are
 * still put in place in order, because the engine takes a tenth of a second for each, and databases, which take longest
 * to start, have the most.
 */
export const allAtOnce: Roll = (plans, { needs = [], releasedFirst = [] }, create) =>
  plans.map((plan) => create(plan, { after: needs, filesAfter: [...needs, ...releasedFirst] }));

/**
 * The waits of a service that needs a companion of its own, as a database its agent. On a stack that serves, the
 * companion is healthy before. Otherwise both start side by side, since the service has enough to do until then.
 */
export function withCompanion(waits: Waits, companion: Service): Waits {
  return waits.filesAfter === undefined ? { ...waits, after: [...waits.after, companion] } : waits;
}
