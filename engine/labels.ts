import type * as pulumi from "@pulumi/pulumi";

/** Marks what belongs to a stack, so that people and commands can find it on a shared engine. */
export interface StackIdentity {
  readonly project: string;
  readonly stack: string;
}

/** The labels of everything that the program makes on an engine. */
export interface ResourceIdentity extends StackIdentity {
  /** The mark of the state that knows it: two states can have a stack of the same name. */
  readonly state: pulumi.Input<string>;
}

/** A command's reason to make a container while the stack is up. */
export type Purpose = "restore" | "drill" | "set-aside";

export const PROJECT_LABEL = "foobar.project";
export const STACK_LABEL = "foobar.stack";
/** The mark of the state that made it. Containers, networks and volumes of earlier versions carry none. */
export const STATE_LABEL = "foobar.state";
/** On what serves one container and can be made again from the program alone. */
export const SERVICE_LABEL = "foobar.service";
/** On the volume of a restore: the restore whose data it replaced, or `first`. */
export const REPLACES_LABEL = "foobar.replaces";
/** On containers of commands, which no state knows. */
export const PURPOSE_LABEL = "foobar.purpose";

/**
 * A stack's labels as the engine's API takes them.
 * @param more the mark of the state, where it has one, and the purpose of a command's container
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

/** The engine's filter for what belongs to a stack, or to one service of it. */
export function labelFilter(identity: StackIdentity, service?: string): string[] {
  const labels = { ...engineLabels(identity), ...(service === undefined ? {} : { [SERVICE_LABEL]: service }) };
  return Object.entries(labels).map(([label, value]) => `${label}=${value}`);
}

/** A stack's labels as the provider takes them. Nothing is replaced for them: see docs/decisions.md, "A state has a mark". */
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
