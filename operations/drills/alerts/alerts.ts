import type { Cause } from "./cause.ts";
import { DATABASE_CAUSES } from "./causes/databases.ts";
import { OTHER_CAUSES } from "./causes/others.ts";
import { SERVER_CAUSES } from "./causes/servers.ts";

/** All that the drill `alerts` lets go wrong. */
export const CAUSES: readonly Cause[] = [...SERVER_CAUSES, ...DATABASE_CAUSES, ...OTHER_CAUSES];
