/** The names of a stack. */
export interface StackName {
  /** Its short name, as in Pulumi.<stack>.yaml and on the engine. */
  readonly stack: string;
  /** The name as the user wrote it; it may contain the organization and the project, for the CLI. */
  readonly reference: string;
}

/** A part of a name. The CLI would allow a hyphen in the first place, too, but such a name looks like an option. */
const PART = /^[\w.][\w.-]{0,99}$/;

/**
 * Takes a stack's name apart as the CLI does: STACK, ORGANIZATION/STACK or ORGANIZATION/PROJECT/STACK.
 * @throws Error if the text has none of these forms, or names another project
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
    throw new Error(`the stack ${reference} belongs to the project ${of}, and this is ${project}
    allowed:   a stack of ${project}: ${organization}/${project}/${stack}`);
  }
  return { stack, reference };
}
