import type { Service } from "./service.ts";

/** Services that have to be healthy before those of a tier. */
export interface Before {
  /** A service of the tier cannot start without them. */
  readonly needs?: readonly Service[];
  /** They are released before the tier. */
  readonly releasedFirst?: readonly Service[];
}

/** The order in which a tier's services are created and replaced. */
export type Roll = <Plan>(
  plans: readonly Plan[],
  before: Before,
  create: (plan: Plan, after: readonly Service[]) => Service,
) => Service[];

/**
 * For a stack that serves: each service waits until the one before it is healthy. A release reaches one server at a
 * time, and stops at the first that fails with the others untouched.
 */
export const oneByOne: Roll = (plans, { needs = [], releasedFirst = [] }, create) => {
  const services: Service[] = [];
  for (const plan of plans) {
    const previous = services.at(-1);
    services.push(create(plan, previous ? [previous] : [...needs, ...releasedFirst]));
  }
  return services;
};

/** For a stack of which nothing runs: nobody is served who could lose something, so services wait for their needs alone. */
export const allAtOnce: Roll = (plans, { needs = [] }, create) => plans.map((plan) => create(plan, needs));
