import type { PolicyName } from "../config/policies.ts";
import type { Registered } from "./harness.ts";

/** A mistake in the program: another form of one of its resources. */
export interface Mutation {
  readonly name: string;
  readonly policy: PolicyName;
  /** The resource, as `Type name`; a hash at the end of its name is left out. */
  readonly of: string;
  /** Inputs that replace the resource's own; undefined removes one. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly options?: Partial<Registered["options"]>;
  readonly renamed?: string;
}

/** The wrapper in which the SDK sends a secret to the engine. */
export const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

/** The resource with the mistake. */
export function mutated(resource: Registered, { inputs = {}, options = {}, renamed }: Mutation): Registered {
  return {
    ...resource,
    name: renamed ?? resource.name,
    inputs: { ...resource.inputs, ...inputs },
    options: { ...resource.options, ...options },
  };
}
