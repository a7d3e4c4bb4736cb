import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** A password of the stack. */
export interface Password {
  /** A secret. */
  readonly value: pulumi.Output<string>;
  /** Public, and another one whenever the password is: nothing about the password can be told by it. */
  readonly version: pulumi.Output<string>;
}

/**
 * A random password, without special characters: it is pasted into SQL and option files as it is.
 * @param options whether `pulumi destroy` spares it, and what it belongs to
 */
export function createPassword(
  name: string,
  { parent, protect }: { readonly parent: pulumi.Resource; readonly protect: boolean },
): Password {
  const { result } = new random.RandomPassword(name, { length: 32, special: false }, { parent, protect });
  const version = new random.RandomId(`${name}-version`, { byteLength: 4, keepers: { password: result } }, { parent });
  return { value: result, version: version.hex };
}
