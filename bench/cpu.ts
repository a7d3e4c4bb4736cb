import type Docker from "dockerode";
import type { ProgramName, Way } from "./ways.ts";

/** A figure of each program, all its containers together. */
export type PerProgram = Readonly<Record<ProgramName, number>>;

/** Milliseconds of CPU that the programs of a way have used since they started, with the health checks in them. */
export async function cpuUsed(engine: Docker, { containers }: Way): Promise<PerProgram> {
  const [haproxy, nginx] = await Promise.all([cpuOf(engine, containers.haproxy), cpuOf(engine, containers.nginx)]);
  return { haproxy, nginx };
}

async function cpuOf(engine: Docker, ids: readonly string[]): Promise<number> {
  const used = await Promise.all(
    ids.map(async (id) => {
      const stats = await engine.getContainer(id).stats({ stream: false, "one-shot": true });
      return stats.cpu_stats.cpu_usage.total_usage / 1e6;
    }),
  );
  return used.reduce((sum, milliseconds) => sum + milliseconds, 0);
}
