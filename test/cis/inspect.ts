import { engine } from "../engine.ts";
import type { TestProject } from "../project.ts";
import { inspect } from "../project.ts";
import { plannedPorts, servicesOf } from "../site.ts";
import type { Subject } from "./item.ts";

/** The running containers of a project's stack, as the benchmark's items see them. */
export async function subjectsOf(project: TestProject): Promise<Subject[]> {
  const { SecurityOptions }: { SecurityOptions?: readonly string[] } = await engine.info();
  const features = (SecurityOptions ?? []).flatMap((option) => /^name=(\w+)/.exec(option)?.[1] ?? []);
  const planned = await plannedPorts(project);
  return Promise.all(
    (await servicesOf(project)).map(async (service) => {
      const info = await inspect(project, service);
      const { Titles, Processes }: { Titles: string[]; Processes: string[][] } = await engine
        .getContainer(info.Id)
        .top();
      const command = Titles.findIndex((title) => /^(CMD|COMMAND|ARGS)$/.test(title));
      return {
        service,
        info,
        features,
        processes: Processes.map((process) => process[command] ?? ""),
        published: planned.get(service) ?? [],
      };
    }),
  );
}
