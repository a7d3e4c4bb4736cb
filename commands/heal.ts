import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { labelFilter, SERVICE_LABEL } from "../components/labels.ts";
import { engineClient } from "../preflight/engine.ts";
import { cli } from "./cli.ts";
import type { Session } from "./pulumi.ts";
import { PROJECT, say, stackNeeds } from "./settings.ts";

const exported = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(z.looseObject({ type: z.string(), id: z.string().optional() })).default([]),
    pending_operations: z.array(z.looseObject({ type: z.string() })).optional(),
  }),
});

const lock = z.looseObject({ pid: z.number(), hostname: z.string() });

/**
 * Puts right what an interrupted run left: a lock whose owner is dead, and containers, networks and file volumes that
 * the engine has and the state does not know, which would hold names, ports and subnets. Data volumes are never touched.
 * Only for a local file backend, where it can be seen that nobody else is at work.
 */
export async function heal(session: Session): Promise<void> {
  if (session.backend.folder === undefined) return;
  const locks = await readLocks(session.backend.folder, session.stack);
  if (locks.some(({ alive }) => alive)) return;
  if (locks.length > 0) {
    say("the last run was interrupted and left a lock whose owner is gone; removing it");
    await cli(session, ["cancel", "--yes"]);
  }
  const state = exported.parse(JSON.parse(await cli(session, ["stack", "export"])));
  const { endpoint } = await stackNeeds(session.stack);
  await removeOrphans(endpoint, session.stack, new Set(state.deployment.resources.flatMap(({ id }) => id ?? [])));
  if ((state.deployment.pending_operations ?? []).length > 0) {
    say("forgetting the operations that the last run did not finish");
    const { pending_operations: _, ...deployment } = state.deployment;
    await cli(session, ["stack", "import"], JSON.stringify({ ...state, deployment }));
  }
}

async function readLocks(folder: string, stack: string): Promise<{ readonly alive: boolean }[]> {
  const path = join(folder, ".pulumi/locks/organization", PROJECT, stack);
  // The backend keeps attributes in files beside its own.
  const names = (await readdir(path).catch(() => [])).filter((name) => name.endsWith(".json"));
  return Promise.all(
    names.map(async (name) => {
      const parsed = lock.safeParse(JSON.parse(await readFile(join(path, name), "utf8").catch(() => "{}")));
      if (!parsed.success) return { alive: true };
      return { alive: parsed.data.hostname !== hostname() || (await isPulumi(parsed.data.pid)) };
    }),
  );
}

/** Process numbers are used again, so it is not enough that one lives. */
async function isPulumi(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  if (command !== undefined) return command.includes("pulumi");
  try {
    process.kill(pid, 0);
    return process.platform !== "linux";
  } catch {
    return false;
  }
}

async function removeOrphans(endpoint: string, stack: string, known: ReadonlySet<string>): Promise<void> {
  const engine = engineClient(endpoint);
  const answers = await engine.ping().then(
    () => true,
    () => false,
  );
  // The program itself says so, and how to mend it.
  if (!answers) return;
  const label = labelFilter({ project: PROJECT, stack });
  const containers = await engine.listContainers({ all: true, filters: { label } });
  for (const { Id, Names } of containers.filter(({ Id }) => !known.has(Id))) {
    say(`removing the container ${Names[0]?.slice(1) ?? Id}, which an interrupted run left`);
    await engine.getContainer(Id).remove({ force: true, v: true });
  }
  const networks = await engine.listNetworks({ filters: { label } });
  for (const { Id, Name } of networks.filter(({ Id }) => !known.has(Id))) {
    say(`removing the network ${Name}, which an interrupted run left`);
    await engine.getNetwork(Id).remove();
  }
  // Only volumes of files carry a service's label.
  const { Volumes } = await engine.listVolumes({ filters: { label: [...label, SERVICE_LABEL] } });
  for (const { Name } of (Volumes ?? []).filter(({ Name }) => !known.has(Name))) {
    say(`removing the volume of files ${Name}, which an interrupted run left`);
    await engine.getVolume(Name).remove();
  }
}
