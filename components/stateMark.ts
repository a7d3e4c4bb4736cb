import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** The name of the mark's resource. */
export const STATE_MARK = "state";

/**
 * The mark of the stack's state: the stack's name at the time, and a random number. All that the state makes on an engine
 * carries it. By the number a state tells its own containers from those of another state with a stack of the same name. By
 * the name a stack that was renamed is told from a new one. The mark outlives `down` as the passwords do.
 */
export function stateMark(stack: string, { protect }: { readonly protect: boolean }): pulumi.Output<string> {
  return new random.RandomId(
    STATE_MARK,
    { byteLength: 6, prefix: `${stack}-` },
    // A stack that is renamed keeps its mark.
    { protect, ignoreChanges: ["prefix"] },
  ).hex;
}

/** The name that a stack had when its state got the mark. */
export function markedName(mark: string): string {
  return mark.replace(/-[0-9a-f]{12}$/, "");
}
