import { readFile } from "node:fs/promises";
import type Docker from "dockerode";
import { childTicksOf, ticksOf } from "../../bootstrap/engine/process.ts";
import { PROGRAMS, type ProgramName, type Route } from "./routes.ts";

/** A figure of each program, all its containers together. */
export type PerProgram = Readonly<Record<ProgramName, number>>;

/** Linux counts a process's CPU in hundredths of a second, on every architecture. */
const MS_PER_TICK = 10;

/**
 * Milliseconds of CPU that the programs of a route have used since they started. Those of their processes, which the engine
 * has to run on this machine: a container's own count has the engine's health checks in it, which cost more than many
 * requests.
 */
export async function cpuUsed(engine: Docker, { containers }: Route): Promise<PerProgram> {
  const [haproxy = 0, nginx = 0] = await Promise.all(
    PROGRAMS.map(async (program) => {
      const used = await Promise.all(containers[program].map((id) => cpuOf(engine, id, program)));
      return used.reduce((sum, milliseconds) => sum + milliseconds, 0);
    }),
  );
  return { haproxy, nginx };
}

async function cpuOf(engine: Docker, id: string, program: ProgramName): Promise<number> {
  const own = await pidsOf(engine, id, program);
  const used = await Promise.all(own.map(async (pid) => ticksOf(await readFile(`/proc/${pid}/stat`, "utf8"))));
  return used.reduce((sum, ticks) => sum + ticks * MS_PER_TICK, 0);
}

/** The processes of a program in a container, by this machine's numbers, in the order of their start. */
export async function pidsOf(engine: Docker, id: string, program: ProgramName): Promise<number[]> {
  const { Processes }: { Processes: string[][] } = await engine.getContainer(id).top({ ps_args: "-eo pid,comm" });
  return Processes.filter(([, name]) => name === program).map(([pid]) => Number(pid));
}

/**
 * Seconds of CPU of this process's children that have ended, with the children that those waited for. What nobody waits
 * for is missing: of `up`, about a twentieth.
 */
export async function childCpuSeconds(): Promise<number> {
  return (childTicksOf(await readFile("/proc/self/stat", "utf8")) * MS_PER_TICK) / 1_000;
}
