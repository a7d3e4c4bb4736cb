import * as pulumi from "@pulumi/pulumi";

/**
 * An error that the user has made, not the program: Pulumi shows its message alone. It has no stack trace, because
 * Pulumi colours the trace of every error, which takes Node.js 20 up to half a minute.
 */
export class UserError extends pulumi.RunError {
  constructor(message: string) {
    super(message);
    delete this.stack;
  }
}
