import * as pulumi from "@pulumi/pulumi";

/**
 * An error of the user's, not of the program's: shown as its message alone. It has no stack, because Pulumi colours the
 * stack of every error for its traces, which takes Node.js 20 up to half a minute.
 */
export function refusal(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  delete error.stack;
  return error;
}
