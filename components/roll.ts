import type { Service } from "./service.ts";

/** Services that have to be healthy before those of a tier. */
export interface Before {
  /** Services that a service of the tier needs to start. */
  readonly needs?: readonly Service[];
  /** Services that are released before the tier. */
  readonly releasedFirst?: readonly Service[];
}

/** The order in which a tier's services are created and replaced. */
export type Roll = <Plan>(
  plans: readonly Plan[],
  before: Before,
  create: (plan: Plan, after: readonly Service[]) => Service,
) => Service[];

/**
 * For a stack that serves visitors: each service waits until the previous one is healthy. A release reaches one server
 * at a time, and stops at the first failure with the other servers unchanged.
 */
export const oneByOne: Roll = (plans, { needs = [], releasedFirst = [] }, create) => {
  const services: Service[] = [];
  for (const plan of plans) {
    const previous = services.at(-1);
    services.push(create(plan, previous ? [previous] : [...needs, ...releasedFirst]));
  }
  return services;
};

/** For a stack with nothing running: it serves no visitors, so services wait only for those that they need. */
export const allAtOnce: Roll = (plans, { needs = [] }, create) => plans.map((plan) => create(plan, needs));
