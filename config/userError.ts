// The whole SDK takes a second to load, and every command reads the configuration.
import { RunError } from "@pulumi/pulumi/errors.js";
import { runnable } from "./commands.ts";

/** An error that the user has made, not the program: Pulumi shows its message alone. */
export class UserError extends RunError {
  constructor(text: string) {
    const message = runnable(text);
    super(message);
    // While a resource waits for an output that fails, the SDK puts the name of each property on the way before the
    // message, which then nobody can read.
    Object.defineProperty(this, "message", { get: () => message, set: () => undefined });
  }
}
