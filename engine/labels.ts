import type * as pulumi from "@pulumi/pulumi";

/** The labels by which people and commands find a stack's resources on a shared engine. */
export interface StackIdentity {
  readonly project: string;
  readonly stack: string;
}

/** The labels of all resources that the program creates on an engine. */
export interface ResourceIdentity extends StackIdentity {
  /** The mark of the state that they belong to: two states can have a stack of the same name. */
  readonly state: pulumi.Input<string>;
}

/** A command's reason to create a container or volume of its own. */
export type Purpose = "restore" | "drill" | "set-aside" | "probe";

export const PROJECT_LABEL = "foobar.project";
export const STACK_LABEL = "foobar.stack";
/** The mark of the state that created the resource. Containers, networks and volumes of earlier versions have none. */
export const STATE_LABEL = "foobar.state";
/**
 * The label of the resources of one service that the program can create again: containers and file volumes, never data
 * volumes.
 */
export const SERVICE_LABEL = "foobar.service";
/** The label of the volume of a restore: the restore whose data it replaced, or `first`. */
export const REPLACES_LABEL = "foobar.replaces";
/** The label of containers and volumes that commands create and no state knows. */
export const PURPOSE_LABEL = "foobar.purpose";

/**
 * A stack's labels as the engine's API takes them.
 * @param more the mark of the state, if it has one, and a command's purpose
 */
export function engineLabels(
  { project, stack }: StackIdentity,
  { state, purpose }: { readonly state?: string | undefined; readonly purpose?: Purpose } = {},
): Record<string, string> {
  return {
    [PROJECT_LABEL]: project,
    [STACK_LABEL]: stack,
    ...(state === undefined ? {} : { [STATE_LABEL]: state }),
    ...(purpose === undefined ? {} : { [PURPOSE_LABEL]: purpose }),
  };
}

/** The engine's filter for the resources of a stack, or of one of its services. */
export function labelFilter(identity: StackIdentity, service?: string): string[] {
  const labels = { ...engineLabels(identity), ...(service === undefined ? {} : { [SERVICE_LABEL]: service }) };
  return Object.entries(labels).map(([label, value]) => `${label}=${value}`);
}

/** A stack's labels as the provider takes them. A change replaces nothing: docs/decisions.md, "A state has a mark". */
export function stackLabels({
  project,
  stack,
  state,
}: ResourceIdentity): { label: string; value: pulumi.Input<string> }[] {
  return [
    { label: PROJECT_LABEL, value: project },
    { label: STACK_LABEL, value: stack },
    { label: STATE_LABEL, value: state },
  ];
}
