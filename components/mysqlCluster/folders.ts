import { pathsOf } from "../../agent/files/paths.ts";

/** The folder of MySQL's data, which the image declares as a volume. */
export const DATA_FOLDER = "/var/lib/mysql";
/**
 * The folder of MySQL's temporary files, which start.sh empties. It is on the volume of the data, and MySQL takes no
 * folder for a database that its dictionary does not have.
 */
export const TEMPORARY = `${DATA_FOLDER}/.tmp`;
/** The folder in memory that a database and its agent share: MySQL's socket, the node's state and marks of a run. */
export const RUN_FOLDER = "/var/run/mysqld";

/** The marks of a node and what others read of it, at the same paths in its database's container and in its agent's. */
export const NODE_PATHS = pathsOf({ folders: { data: DATA_FOLDER, run: RUN_FOLDER } });
