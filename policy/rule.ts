import type { Context } from "./context.ts";
import { type Container, type Declared, inputsOf } from "./resources.ts";

/** How a policy judges. Each function returns one sentence for each violation, and never a secret's value. */
export interface Rule {
  /** What to do about a violation, as an instruction. */
  readonly cure: string;
  /** Judges the configuration that the program has accepted, before the first resource is created. */
  readonly plan?: (context: Context) => readonly string[];
  /** Judges a resource before it is created or changed. */
  readonly resource?: (resource: Declared, context: Context) => readonly string[];
  /** Judges all resources together. */
  readonly stack?: (resources: readonly Declared[], context: Context) => readonly string[];
}

/** A judgement of the containers that run. Containers that put files into volumes are never started. */
export function ofServices(
  judge: (container: Container, name: string, context: Context) => readonly (string | false)[],
): NonNullable<Rule["resource"]> {
  return (resource, context) => {
    const container = inputsOf(resource, "docker:index/container:Container");
    return container?.start ? violations(judge(container, resource.name, context)) : [];
  };
}

/** A judgement of all containers, those that are never started included. */
export function ofContainers(
  judge: (container: Container, name: string, context: Context) => readonly (string | false)[],
): NonNullable<Rule["resource"]> {
  return (resource, context) => {
    const container = inputsOf(resource, "docker:index/container:Container");
    return container === undefined ? [] : violations(judge(container, resource.name, context));
  };
}

/** Joins judgements of different kinds of resources. */
export function both(...judges: readonly NonNullable<Rule["resource"]>[]): NonNullable<Rule["resource"]> {
  return (resource, context) => judges.flatMap((judge) => judge(resource, context));
}

/** The sentences of the conditions that are violated. */
export function violations(found: readonly (string | false)[]): string[] {
  return found.filter((one) => one !== false);
}
