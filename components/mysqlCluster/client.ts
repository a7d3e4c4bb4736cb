/**
 * The start of a line for bash that runs MySQL's client as root. The client reads the password from a file that no disk
 * has: arguments and environments are visible to others.
 */
export const ROOT_CLIENT =
  "mysql --defaults-extra-file=<(printf '[client]\\nuser=root\\npassword=%s\\n' \"$(cat /run/secrets/root-password)\")";

/** The same with a limit of 30 s, and the statement as its first argument. */
export const AS_ROOT = `exec timeout 30 ${ROOT_CLIENT} --batch --skip-column-names --execute="$1"`;
