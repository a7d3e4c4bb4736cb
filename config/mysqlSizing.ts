import type { Settings } from "./schema.ts";

/** The sizes of a database that follow from its settings, for rules and planners. */
export interface MysqlSizing {
  readonly bufferPoolMb: number;
  readonly maxConnections: number;
  readonly redoLogMb: number;
}

/** Memory that a node needs besides its buffer pool: the server itself, 1 MB per busy connection, the group's cache. */
export const BESIDES_POOL_MB = 450;

/** The default buffer pool of a node with this memory. */
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
