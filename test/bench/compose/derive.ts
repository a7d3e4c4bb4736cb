import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import { execa } from "execa";
import { engineLabels } from "../../../engine/labels.ts";
import { PROJECT } from "../../../operations/stack/project.ts";
import type { Topology } from "../../../topology/plan.ts";
import type { TestProject } from "../../project.ts";
import { labelsOf } from "../../stacks.ts";
import { runCli } from "../stack.ts";
import { composeFile, dependenciesOf, serviceOf } from "./render.ts";

interface Stack {
  readonly engine: Docker;
  readonly project: TestProject;
  /** In which the Pulumi CLI is found. */
  readonly env: NodeJS.ProcessEnv;
  readonly topology: Topology;
  /** Takes copies of the stack's files and the Compose file; it is made. */
  readonly folder: string;
}

/**
 * Describes a stack that is up as a Compose project, with copies of its files.
 * @returns the Compose file
 */
export async function deriveCompose({ engine, project, env, topology, folder }: Stack): Promise<string> {
  const folderOf = (service: string, path: string) => join(folder, service, path.slice(1).replaceAll("/", "-"));
  const filters = { label: labelsOf(project.stack) };
  const running = await engine.listContainers({ filters });
  const containers = await Promise.all(running.map(({ Id }) => engine.getContainer(Id).inspect()));
  for (const container of containers) {
    for (const { Destination } of container.Mounts.filter(({ RW }) => !RW)) {
      await copyOut(engine, container.Id, Destination, folderOf(serviceOf(container), Destination));
    }
  }
  const file = join(folder, "compose.yaml");
  const { Volumes: volumes } = await engine.listVolumes({ filters });
  const observed = {
    containers,
    networks: await engine.listNetworks({ filters }),
    volumeOptions: new Map(
      volumes.flatMap(({ Name, Options }) => (Options === null ? [] : [[Name, Options] as const])),
    ),
    dependencies: dependenciesOf(topology),
    stopGrace: await stopGraceOf(project, env),
  };
  const labels = engineLabels({ project: PROJECT, stack: project.stack });
  await writeFile(file, composeFile(observed, { labels, folderOf }));
  return file;
}

/** Copies a container's folder. Everybody may read the copies, because another user than root may not give them away. */
async function copyOut(engine: Docker, id: string, path: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const archive = await engine.getContainer(id).getArchive({ path: `${path}/.` });
  await execa("tar", ["-x"], { cwd: folder, input: Readable.from(archive) });
  await execa("chmod", ["-R", "a+rX", folder]);
}

/** What the stack's state says of its containers, by their resources' names. */
async function stopGraceOf(project: TestProject, env: NodeJS.ProcessEnv): Promise<Map<string, number>> {
  const text = await runCli(project, env, ["stack", "export"]);
  const { deployment }: { deployment: { resources: { urn: string; inputs?: { destroyGraceSeconds?: number } }[] } } =
    JSON.parse(text);
  return new Map(
    deployment.resources.flatMap(({ urn, inputs }) => {
      const seconds = inputs?.destroyGraceSeconds;
      return seconds === undefined ? [] : [[urn.slice(urn.lastIndexOf("::") + 2), seconds] as const];
    }),
  );
}
