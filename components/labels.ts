/** Marks what belongs to a stack, so that people and commands can find it on a shared engine. */
export interface StackIdentity {
  readonly project: string;
  readonly stack: string;
}

export const PROJECT_LABEL = "foobar.project";
export const STACK_LABEL = "foobar.stack";
/** On what serves one container and can be made again from the program alone. */
export const SERVICE_LABEL = "foobar.service";

export function stackLabels({ project, stack }: StackIdentity): { label: string; value: string }[] {
  return [
    { label: PROJECT_LABEL, value: project },
    { label: STACK_LABEL, value: stack },
  ];
}
