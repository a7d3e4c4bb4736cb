import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { generationName } from "../topology/secrets.ts";

/** A password of the stack. */
export interface Password {
  /** A secret. */
  readonly value: pulumi.Output<string>;
  /** A public random number that changes with the password and reveals nothing about it. */
  readonly version: pulumi.Output<string>;
  /** A public text that tells the password from others, as MySQL's accounts have it. */
  readonly mark: pulumi.Output<string>;
}

export interface PasswordArgs {
  readonly parent: pulumi.Resource;
  /** Whether `pulumi destroy` keeps the password. */
  readonly protect: boolean;
  /** The number of the present password, from 1. Each is a resource of its own. */
  readonly generation: number;
}

/**
 * A random password without special characters, because it is pasted unquoted into SQL and option files. The password
 * before stays in the state, and the next generation deletes it: Pulumi refuses to delete a resource that was protected
 * until then.
 */
export function createPassword(name: string, { parent, protect, generation }: PasswordArgs): Password {
  const make = (number: number) =>
    new random.RandomPassword(
      generationName(name, number),
      { length: 32, special: false },
      { parent, protect: protect && number === generation },
    );
  if (generation > 1) make(generation - 1);
  const { result } = make(generation);
  const version = new random.RandomId(
    `${generationName(name, generation)}-version`,
    { byteLength: 4, keepers: { password: result } },
    { parent },
  );
  return { value: result, version: version.hex, mark: pulumi.unsecret(result.apply(markOf)) };
}

/** The beginning of the hash, from which nobody can derive a long random password. */
function markOf(password: string): string {
  return createHash("sha256").update(password).digest("hex").slice(0, 16);
}
