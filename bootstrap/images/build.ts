import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import type { Report } from "../step.ts";

/** One event in the engine's stream about a build or an import. */
interface Event {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
  readonly aux?: { readonly ID?: string };
}

/** Follows the engine's stream to its end; throws with its last lines if the engine reports an error. */
async function follow(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  seen: (line: string) => void,
): Promise<readonly Event[]> {
  const tail: string[] = [];
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error: Error | null, events: Event[]) => {
        // A failed build ends the stream like a successful one, with an event that has the reason.
        const problem = error?.message ?? events.find((event) => event.error !== undefined)?.error;
        if (problem === undefined) resolve(events);
        else reject(new Error([...tail, problem].join("\n")));
      },
      (event: Event) => {
        for (const line of (event.stream ?? "").split(/[\r\n]+/).filter((text) => text.trim() !== "")) {
          tail.push(line);
          if (tail.length > 20) tail.shift();
          seen(line);
        }
      },
    );
  });
}

/** The short name of a build's RUN step; undefined for other lines, whose steps take no time. */
export function stepOf(line: string): string | undefined {
  const step = /^Step (\d+\/\d+) : RUN (.*)/.exec(line);
  return step === null ? undefined : `step ${step[1]}: ${step[2]?.slice(0, 60).trimEnd()} …`;
}

/**
 * Builds an image with the engine's classic builder, which every engine has (BuildKit's client may be absent), by
 * default on the host's network: from a bridge, name lookups may not reach the package mirror.
 * @returns the image's id
 * @throws Error with the end of the build's output
 */
export async function buildImage(
  docker: Docker,
  context: string,
  files: readonly string[],
  buildargs: Readonly<Record<string, string>>,
  report: Report,
  networkmode: "host" | "none" = "host",
): Promise<string> {
  const stream = await docker.buildImage(
    { context, src: [...files] },
    { buildargs: { ...buildargs }, networkmode, rm: true, forcerm: true },
  );
  const events = await follow(docker, stream, (line) => {
    const step = stepOf(line);
    if (step !== undefined) report(step);
  });
  return idOf(events);
}

/** Gives a built image its labels, environment and name. */
export async function finishImage(
  docker: Docker,
  id: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const settings = Object.entries(environment).map(([key, value]) => `ENV ${key}=${JSON.stringify(value)}`);
  const dockerfile = [`FROM ${id}`, ...settings, ""].join("\n");
  const context = await mkdtemp(join(tmpdir(), "stand-in-"));
  try {
    await writeFile(join(context, "Dockerfile"), dockerfile);
    const options = { t: name, labels: { ...labels }, rm: true, forcerm: true };
    const stream = await docker.buildImage({ context, src: ["Dockerfile"] }, options);
    await follow(docker, stream, () => undefined);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** Imports a file system in a tar file as an image. */
export async function importImage(
  docker: Docker,
  file: NodeJS.ReadableStream,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const at = name.lastIndexOf(":");
  const changes = Object.entries(labels).map(([key, value]) => `LABEL ${key}=${JSON.stringify(value)}`);
  const stream = await docker.importImage(file, { repo: name.slice(0, at), tag: name.slice(at + 1), changes });
  await follow(docker, stream, () => undefined);
}

function idOf(events: readonly Event[]): string {
  const id = events.findLast((event) => event.aux?.ID !== undefined)?.aux?.ID;
  if (id === undefined) throw new Error("the engine named no image at the end of the build");
  return id;
}
