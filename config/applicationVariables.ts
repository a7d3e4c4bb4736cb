/** The stack's own names among an application's variables and secrets, for rules and for messages. */

/** Variables that a text in `application.environment` may refer to. A process has no port, and no HOST, PORT, DRAIN_SECONDS. */
export const STACK_VARIABLES = [
  "SERVER_NAME",
  "RELEASE",
  "DATABASE_NAME",
  "DATABASE_USER",
  "DATABASE_PASSWORD_FILE",
  "DATABASE_HOST",
  "DATABASE_PORT",
  "DATABASE_READ_PORT",
  "DATABASE_WRITE_HOST",
  "DATABASE_READ_HOST",
  "DATABASE_CA_FILE",
  "HOST",
  "PORT",
  "DRAIN_SECONDS",
  "PROCESS",
] as const;

/** Further variables that the program sets, with secrets or with versions of them. */
const OTHERS = [
  "DATABASE_URL",
  "DATABASE_READ_URL",
  "DATABASE_CA_SHA256",
  "DATABASE_PASSWORD_VERSION",
  "SECRETS_VERSION",
];

/** Variables that the user may set although the stack does: an application may have to listen on all addresses. */
const REPLACEABLE = ["HOST", "DRAIN_SECONDS"];

/** Variables that the user cannot set. */
export const TAKEN_VARIABLES: readonly string[] = [...STACK_VARIABLES, ...OTHERS].filter(
  (name) => !REPLACEABLE.includes(name),
);

/** Secrets of the stack's own, which `application.secretVariables` may name. */
export const STACK_SECRETS = ["database-password", "database-url", "database-read-url"] as const;

/** Names of files in /run/secrets that the stack has. */
export const TAKEN_SECRETS: readonly string[] = [...STACK_SECRETS, "database-ca.crt"];

/** A reference to a variable of the stack's in a text, or `$$`, which stands for `$`. */
export const REFERENCE = /\$(?:\$|\{(\w*)\})/g;
