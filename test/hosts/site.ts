import { delimiter } from "node:path";
import { bootUnit } from "../../operations/hosts/unit.ts";
import { PROJECT } from "../../operations/stack/project.ts";
import { USUAL_IMAGES } from "../images.ts";
import type { TestProject } from "../project.ts";
import { busily } from "../quiet.ts";
import { describeProject } from "../site.ts";
import { createTestStack, type TestStack } from "../stacks.ts";
import { hostsMissing, startHosts, type TestHosts } from "./hosts.ts";

/** The machines: two servers, and one with the load balancer and the arbiter. */
export const NAMES = ["server1", "server2", "lb"] as const;

/**
 * Describes a suite with three machines in one swarm, whose boot unit is that of `npm run hosts -- unit`, and a project
 * with a group on them. Where there cannot be such machines, the suite is skipped, and says so.
 */
export function describeMachines(
  title: string,
  body: (project: () => TestProject, hosts: () => TestHosts) => void,
): void {
  let claimed: TestStack | undefined;
  let hosts: TestHosts | undefined;
  const path = process.env["PATH"];
  const started = () => {
    if (hosts === undefined) throw new Error("there are no machines yet");
    return hosts;
  };

  before(async function () {
    this.timeout("8m");
    const reason = await hostsMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED, ${title}: ${reason}`);
      this.skip();
    }
    hosts = await busily(async () => {
      claimed = await createTestStack();
      const machines = await startHosts({ ...claimed, names: NAMES, images: USUAL_IMAGES });
      await machines.swarm("lb", "server1", "server2");
      for (const name of NAMES) await machines.bootUnit(name, bootUnit(PROJECT));
      return machines;
    });
    process.env["PATH"] = `${hosts.path}${delimiter}${path}`;
  });

  after(async () => {
    process.env["PATH"] = path;
    await busily(async () => {
      await hosts?.stop();
      await claimed?.remove();
    });
  });

  describeProject(title, (project) => body(project, started));
}

/** Settings of a group on the machines, with the load balancer and the arbiter on the third. */
export function onThree(hosts: TestHosts): Readonly<Record<string, unknown>> {
  const endpoint = (name: string) => hosts.host(name).endpoint;
  return {
    "foobar:servers": ["server1", "server2"].map((name) => ({
      name,
      roles: ["web", "app", "db"],
      endpoint: endpoint(name),
    })),
    "foobar:loadBalancer": { address: "0.0.0.0", port: 80, httpsPort: 443, http: "serve", endpoint: endpoint("lb") },
    "foobar:mysql": { replication: "group", arbiter: { endpoint: endpoint("lb") } },
  };
}
