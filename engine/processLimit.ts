import { engineClient, type Reach } from "./client.ts";

/**
 * Whether a container's limit of processes is in force; `unsupported`: the engine's kernel has no such limit; `gone`:
 * somebody has removed the container.
 */
export type Outcome = "in force" | "unsupported" | "gone";

/**
 * Limits the processes and threads of a container, which the provider has no argument for. The limit stays in force
 * when the container is started again.
 * @throws Error with the engine's reason
 */
export async function limitProcesses(reach: Reach, container: string, most: number): Promise<Outcome> {
  const found = engineClient(reach).getContainer(container);
  const info = await found.inspect().catch((error: Error) => {
    if ("statusCode" in error && error.statusCode === 404) return undefined;
    throw error;
  });
  if (info === undefined) return "gone";
  if (info.HostConfig.PidsLimit === most) return "in force";
  const { Warnings: warnings }: { Warnings: string[] | null } = await found.update({ PidsLimit: most });
  return (warnings ?? []).some((warning) => /pids limit/i.test(warning)) ? "unsupported" : "in force";
}
