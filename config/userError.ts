import * as pulumi from "@pulumi/pulumi";

/** An error that the user has made, not the program: Pulumi shows its message alone. */
export class UserError extends pulumi.RunError {}
