import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestProject } from "../project.ts";
import { figureLine } from "./figures.ts";
import { configOfProject, timedUp } from "./stack.ts";

interface Release {
  readonly what: string;
  /** Changes the project, so that the next `up` has something to do. */
  change(project: TestProject): Promise<unknown>;
}

const RELEASES: readonly Release[] = [
  { what: "nothing", change: async () => {} },
  {
    what: "application",
    change: changeApplication,
  },
  {
    what: "nginx",
    async change(project) {
      const { web } = await configOfProject(project);
      await project.configure({ "foobar:web": { ...web, maxBodyMb: web.maxBodyMb + 1 } });
    },
  },
  {
    what: "haproxy",
    async change(project) {
      const { loadBalancer } = await configOfProject(project);
      const health = { ...loadBalancer.health, rise: loadBalancer.health.rise + 1 };
      await project.configure({ "foobar:loadBalancer": { ...loadBalancer, health } });
    },
  },
];

/** Changes the application's files, as another version of it does. */
export async function changeApplication({ folder }: TestProject): Promise<void> {
  const file = join(folder, "app/version.ts");
  const text = await readFile(file, "utf8");
  const changed = text.replace(/version: "[^"]*"/, 'version: "9.9.9"');
  if (changed === text) throw new Error(`${file} has no version to change`);
  await writeFile(file, changed);
}

/** How long `npm run up` takes for a change; yields a line for each, with how many containers it made. */
export async function* benchRelease(project: TestProject, signal: AbortSignal): AsyncGenerator<string> {
  for (const { what, change } of RELEASES) {
    signal.throwIfAborted();
    await change(project);
    yield figureLine("release", { what, ...(await timedUp(project)) });
  }
}
