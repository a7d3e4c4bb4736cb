/** Marks what belongs to a stack, so that people and commands can find it on a shared engine. */
export interface StackIdentity {
  readonly project: string;
  readonly stack: string;
}

export const PROJECT_LABEL = "foobar.project";
export const STACK_LABEL = "foobar.stack";
/** On what serves one container and can be made again from the program alone. */
export const SERVICE_LABEL = "foobar.service";

/** On a container that is replaced when its secrets change: something public that changes with them. */
export const SECRETS_LABEL = "foobar.secrets";

/** A stack's labels as the engine's API takes them. */
export function engineLabels({ project, stack }: StackIdentity): Record<string, string> {
  return { [PROJECT_LABEL]: project, [STACK_LABEL]: stack };
}

/** The engine's filter for what belongs to a stack, or to one service of it. */
export function labelFilter(identity: StackIdentity, service?: string): string[] {
  const labels = { ...engineLabels(identity), ...(service === undefined ? {} : { [SERVICE_LABEL]: service }) };
  return Object.entries(labels).map(([label, value]) => `${label}=${value}`);
}

/** A stack's labels as the provider takes them. */
export function stackLabels({ project, stack }: StackIdentity): { label: string; value: string }[] {
  return [
    { label: PROJECT_LABEL, value: project },
    { label: STACK_LABEL, value: stack },
  ];
}
