import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** A password of the stack. */
export interface Password {
  /** A secret. */
  readonly value: pulumi.Output<string>;
  /** A public random number that changes with the password and reveals nothing about it. */
  readonly version: pulumi.Output<string>;
}

/**
 * A random password without special characters, because it is pasted unquoted into SQL and option files.
 * @param options the parent resource, and whether `pulumi destroy` keeps the password
 */
export function createPassword(
  name: string,
  { parent, protect }: { readonly parent: pulumi.Resource; readonly protect: boolean },
): Password {
  const { result } = new random.RandomPassword(name, { length: 32, special: false }, { parent, protect });
  const version = new random.RandomId(`${name}-version`, { byteLength: 4, keepers: { password: result } }, { parent });
  return { value: result, version: version.hex };
}
