import type { Service } from "./service.ts";

/**
 * Creates services so that each waits until the previous one is healthy: a release reaches one server at a time, and stops
 * at the first failure with the other servers unchanged.
 * @param first services that are healthy before the first one starts
 */
export function rolling<Plan>(
  plans: readonly Plan[],
  first: readonly Service[],
  create: (plan: Plan, after: readonly Service[]) => Service,
): Service[] {
  const services: Service[] = [];
  for (const plan of plans) {
    const previous = services.at(-1);
    services.push(create(plan, previous ? [previous] : first));
  }
  return services;
}
