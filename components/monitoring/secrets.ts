/** The files of monitoring in /run/secrets that are the stack's own. */

/** The password of HAProxy's statistics. */
export const STATISTICS_PASSWORD = "statistics-password";
/** The options of MySQL's client, with the password of the account `monitoring`. */
export const MYSQL_OPTIONS = "my.cnf";
