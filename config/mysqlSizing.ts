import type { Settings } from "./schema.ts";

/** What the settings of a database's size mean: rules and planners ask here. */
export interface MysqlSizing {
  readonly bufferPoolMb: number;
  readonly maxConnections: number;
  readonly redoLogMb: number;
}

/** What a node needs besides its buffer pool: the server itself, 1 MB a connection that works, the group's cache. */
export const BESIDES_POOL_MB = 450;

/** The buffer pool of a node that is told its memory alone. */
export function usualPoolMb(memoryMb: number): number {
  return Math.floor(memoryMb / 4);
}

export function mysqlSizing({ memoryMb, bufferPoolMb, maxConnections, redoLogMb }: Settings["mysql"]): MysqlSizing {
  const pool = bufferPoolMb ?? usualPoolMb(memoryMb);
  return {
    bufferPoolMb: pool,
    maxConnections: maxConnections ?? Math.min(Math.max(Math.floor(memoryMb / 8), 50), 1000),
    redoLogMb: redoLogMb ?? Math.max(pool, 100),
  };
}
