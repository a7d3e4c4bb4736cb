import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** What the mark is called in the state. */
export const STATE_MARK = "state";

/**
 * The mark of the stack's state, which all carries that the state makes on an engine: the stack's name when the mark was
 * made, and a random number. It is what tells a state's own things from those of another state with a stack of the same
 * name, and a stack that was renamed from a new one. It outlives `down` as the passwords do.
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
