/** A stack by its names. */
export interface StackName {
  /** Its own, as in Pulumi.<stack>.yaml and on the engine. */
  readonly stack: string;
  /** As the user said it, which tells the CLI the organization, too. */
  readonly reference: string;
}

/** What the CLI allows, but for a hyphen in the first place: it would be taken for an option. */
const PART = /^[\w.][\w.-]{0,99}$/;

/**
 * Takes a stack's name apart as the CLI does: STACK, ORGANIZATION/STACK or ORGANIZATION/PROJECT/STACK.
 * @throws Error where it is none of them, or of another project
 */
export function stackName(reference: string, project: string): StackName {
  const parts = reference.split("/");
  if (parts.length > 3 || !parts.every((part) => PART.test(part))) {
    throw new Error(`${JSON.stringify(reference)} is not the name of a stack
    allowed:   letters, digits, underscores, dots, and hyphens after the first: dev; or with the organization: my-org/dev, my-org/${project}/dev`);
  }
  const stack = parts.at(-1) ?? "";
  const [organization, of] = parts;
  if (parts.length === 3 && of !== project) {
    throw new Error(`the stack ${reference} is of the project ${of}, and this is ${project}
    allowed:   a stack of ${project}: ${organization}/${project}/${stack}`);
  }
  return { stack, reference };
}
