import type { Service } from "./service.ts";

/**
 * Creates services so that each waits for the one before it to be healthy: a release reaches one server at a time, and
 * stops at the first that fails with the others untouched.
 * @param first healthy before the first service starts
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
