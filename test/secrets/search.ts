import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { execa } from "execa";
import { labelFilter } from "../../engine/labels.ts";
import { PROJECT } from "../../operations/stack/project.ts";
import { engine } from "../engine.ts";
import type { TestProject } from "../project.ts";
import { type Secret, secretsIn } from "./values.ts";

/** Seconds for which the arguments of a container's processes are watched. */
const WATCH_SECONDS = 5;

/** The folder of a test project that no secret's value is searched in: the passphrase is there on purpose. */
const PASSPHRASE = ".state/passphrase";

/**
 * Searches everything that a stack leaves for the values of its secrets, plain and in base64: the state with its history
 * and its backups, the checkout, what the engine tells about the stack, its logs and events, the environment and the
 * arguments of all processes, and all volumes but those that pass secrets on.
 * @param since the time from which the engine's events are searched
 * @returns each secret and the place where it was found
 */
export async function leaks(project: TestProject, since: Date): Promise<string[]> {
  const { stdout } = await project.pulumi(["stack", "export", "--show-secrets"]);
  const passphrase = (await readFile(join(project.folder, PASSPHRASE), "utf8")).trim();
  const secrets = [...secretsIn(stdout), { name: "the passphrase", needles: [passphrase] }];
  const found = new Set<string>();
  const search = (place: string, text: string) => {
    for (const { name, needles } of secrets) {
      if (needles.some((needle) => text.includes(needle))) found.add(`${name} in ${place}`);
    }
  };

  for await (const file of filesBelow(project.folder)) {
    search(relative(project.folder, file), await readFile(file, "latin1"));
  }
  const label = labelFilter({ project: PROJECT, stack: project.stack });
  const { containers, networks, volumes } = await project.inventory();
  search(
    "docker network inspect",
    JSON.stringify(await Promise.all(networks.map((name) => engine.getNetwork(name).inspect()))),
  );
  search(
    "docker volume inspect",
    JSON.stringify(await Promise.all(volumes.map((name) => engine.getVolume(name).inspect()))),
  );
  search("docker events", await events(label, since));
  await Promise.all(
    containers.map(async ({ id, name }) => {
      const container = engine.getContainer(id);
      const info = await container.inspect();
      search(`docker inspect ${name}`, JSON.stringify(info));
      if (!info.State.Running) return;
      search(`the log of ${name}`, (await container.logs({ stdout: true, stderr: true })).toString("latin1"));
      search(`the environment of ${name}`, await execute(id, "cat /proc/[0-9]*/environ 2>/dev/null; true"));
      search(`the arguments in ${name}`, await execute(id, WATCH));
    }),
  );
  for (const hit of await inVolumes(
    secrets,
    volumes.filter((name) => !name.includes("-secrets-")),
  ))
    found.add(hit);
  return [...found].sort();
}

const WATCH = `end=$(($(date +%s) + ${WATCH_SECONDS})); while [ "$(date +%s)" -lt $end ]; do cat /proc/[0-9]*/cmdline 2>/dev/null; sleep 0.05; done`;

async function execute(id: string, script: string): Promise<string> {
  return (await execa("docker", ["exec", id, "sh", "-c", script], { maxBuffer: 1_000_000_000 })).stdout;
}

async function events(label: readonly string[], since: Date): Promise<string> {
  const seconds = (time: Date) => String(time.getTime() / 1_000);
  const filters = label.flatMap((text) => ["--filter", `label=${text}`]);
  const span = ["--since", seconds(since), "--until", seconds(new Date())];
  return (await execa("docker", ["events", ...span, ...filters, "--format", "{{json .}}"])).stdout;
}

/** The files of a test project, without the packages that it shares with the checkout. */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (path.endsWith(PASSPHRASE)) continue;
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

/** Where the searching container has the volumes. */
const FOLDER = "/searched/";

/** Searches the files in volumes. The values reach the container by its standard input. */
async function inVolumes(secrets: readonly Secret[], volumes: readonly string[]): Promise<string[]> {
  const mounts = volumes.map((name) => `--volume=${name}:${FOLDER}${name}:ro`);
  const image = (await engine.listContainers()).find(({ Names }) => /mysql-server/.test(String(Names)))?.ImageID ?? "";
  const options = ["run", "--rm", "--interactive", "--network=none", "--user=0:0", ...mounts, "--entrypoint=grep"];
  // One pass prints each value with its file. The values go no further than this process.
  const args = [...options, image, "--recursive", "--text", "--only-matching", "--fixed-strings", "--file=-", FOLDER];
  const input = secrets.flatMap(({ needles }) => needles).join("\n");
  const { stdout, exitCode, stderr } = await execa("docker", args, { input, reject: false, maxBuffer: 1_000_000_000 });
  // A file of a running database may go while it is read.
  if (exitCode !== 0 && exitCode !== 1 && !/No such file/.test(stderr)) throw new Error(stderr);
  const hits = stdout.split("\n").flatMap((line) => {
    const [file = "", value = ""] = [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)];
    return secrets
      .filter(({ needles }) => value !== "" && needles.includes(value))
      .map(({ name }) => `${name} in the file ${file.replace(FOLDER, "")}`);
  });
  return [...new Set(hits)];
}
