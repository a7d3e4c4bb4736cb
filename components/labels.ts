import type * as pulumi from "@pulumi/pulumi";

/** Marks what belongs to a stack, so that people and commands can find it on a shared engine. */
export interface StackIdentity {
  readonly project: string;
  readonly stack: string;
}

/** What the program writes on all that it makes on an engine. */
export interface ResourceIdentity extends StackIdentity {
  /** The mark of the state that knows it: two states can have a stack of the same name. */
  readonly state: pulumi.Input<string>;
}

/** What a command makes a container for, while the stack is up. */
export type Purpose = "restore" | "drill" | "set-aside";

export const PROJECT_LABEL = "foobar.project";
export const STACK_LABEL = "foobar.stack";
/** Whose it is. What stacks had before states had marks, or what stood in the place of such, carries none. */
export const STATE_LABEL = "foobar.state";
/** On what serves one container and can be made again from the program alone. */
export const SERVICE_LABEL = "foobar.service";
/** On containers of commands, which no state knows. */
export const PURPOSE_LABEL = "foobar.purpose";

/**
 * A stack's labels as the engine's API takes them.
 * @param more what else is known: the mark of the state, and of a command's container its purpose
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
