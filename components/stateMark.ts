import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** The name of the mark's resource. */
export const STATE_MARK = "state";

/** The name of the mark that says for which release the application's migration has run. */
export const MIGRATED_MARK = "migrated";

/**
 * The mark of the stack's state: the stack's name when the mark was made, and a random number. All resources that the
 * state creates on an engine have it as a label. The number distinguishes them from those of another state's stack of
 * the same name. The name distinguishes a renamed stack from a new one. Like the passwords, the mark outlives `down`.
 */
export function stateMark(stack: string, { protect }: { readonly protect: boolean }): pulumi.Output<string> {
  return new random.RandomId(
    STATE_MARK,
    { byteLength: 6, prefix: `${stack}-` },
    // A renamed stack keeps its mark.
    { protect, ignoreChanges: ["prefix"] },
  ).hex;
}

/** The stack's name at the time when its state got the mark. */
export function markedName(mark: string): string {
  return mark.replace(/-[0-9a-f]{12}$/, "");
}
