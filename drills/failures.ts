import type { Drill, DrillContext } from "./drill.ts";
import { expendableServer, servicesOn } from "./servers.ts";
import { APPLICATION, HAPROXY, isSingle, NGINX, needsTwo, type Tier } from "./tiers.ts";

/** Seconds between two failures, so that the second meets a stack which is whole. */
const RECOVERY_SECONDS = 3;

/** One after the other, each container of a tier fails. */
function failures(
  way: Pick<Drill, "name" | "proves" | "obstacle" | "limit">,
  tier: Tier,
  fail: (service: string, context: DrillContext) => Promise<void>,
): Drill {
  return {
    ...way,
    async run(context) {
      for (const service of tier.services(context.topology)) {
        await fail(service, context);
        await context.wait(RECOVERY_SECONDS);
      }
    },
  };
}

async function kill(service: string, { containers, say }: DrillContext): Promise<void> {
  say(`killing ${service}`);
  await containers.kill([service]);
}

async function pause(service: string, { containers, holdSeconds, wait, say }: DrillContext): Promise<void> {
  say(`pausing ${service} for ${holdSeconds} s`);
  await containers.whilePaused(service, () => wait(holdSeconds));
}

export const FAILURES: readonly Drill[] = [
  failures(
    {
      name: "kill-haproxy",
      proves: "a HAProxy that is killed comes back by itself; of a pair, the other takes over",
      obstacle: () => undefined,
      limit: () => ({ failed: 0, duplicated: 0, gapMs: 1000 }),
    },
    HAPROXY,
    kill,
  ),
  failures(
    {
      name: "pause-haproxy",
      proves: "a HAProxy that hangs loses no request that waits for it; of a pair, the other takes over",
      obstacle: () => undefined,
      limit: ({ topology }) => ({ failed: 0, duplicated: 0, gapMs: isSingle(HAPROXY, topology) ? 0 : 1000 }),
    },
    HAPROXY,
    pause,
  ),
  failures(
    {
      name: "kill-nginx",
      proves: "an Nginx that is killed costs at most the requests that it had, and comes back by itself",
      obstacle: ({ topology }) => needsTwo(NGINX, topology),
      limit: () => ({ failed: 0, duplicated: 0, gapMs: 1000 }),
    },
    NGINX,
    kill,
  ),
  failures(
    {
      name: "pause-nginx",
      proves: "an Nginx that hangs is left out after its health checks fail, and taken back when it answers",
      obstacle: ({ topology }) => needsTwo(NGINX, topology),
      limit: () => ({ failed: 0, duplicated: 0, gapMs: 1000 }),
    },
    NGINX,
    pause,
  ),
  failures(
    {
      name: "kill-application",
      proves: "an application that is killed costs at most the requests that it had, and comes back by itself",
      obstacle: ({ topology }) => needsTwo(APPLICATION, topology),
      limit: () => ({ failed: 0, duplicated: 0, gapMs: 1000 }),
    },
    APPLICATION,
    kill,
  ),
  failures(
    {
      name: "pause-application",
      proves: "an application that hangs is left out after its health checks fail, and taken back when it answers",
      obstacle: ({ topology }) => needsTwo(APPLICATION, topology),
      limit: () => ({ failed: 0, duplicated: 0, gapMs: 1000 }),
    },
    APPLICATION,
    pause,
  ),
  {
    name: "kill-server",
    proves: "a server that is lost as a whole costs at most the requests that it had, and comes back by itself",
    obstacle: (facts) =>
      expendableServer(facts) === undefined ? "without any of the servers the site could not be used" : undefined,
    limit: () => ({ failed: 0, duplicated: 0, gapMs: 1000 }),
    async run(context) {
      const server = expendableServer(context);
      if (server === undefined) return;
      const services = servicesOn(context, server);
      context.say(`killing ${services.join(", ")}`);
      await context.containers.kill(services);
    },
  },
];
