import { SECONDS } from "../../../topology/survival/seconds.ts";
import type { TrafficContext, TrafficDrill } from "./drill.ts";
import { expendableServer, servicesOn } from "./servers.ts";
import { APPLICATION, HAPROXY, isSingle, NGINX, needsTwo, type Tier } from "./tiers.ts";

/** Seconds between two failures, so that the second one meets a healthy stack. */
const RECOVERY_SECONDS = 3;
/** The longest time, in ms, without any successful answer while another container takes over. */
const TAKEOVER_MS = SECONDS.way.seconds * 1_000;
/** The longest time that a virtual address may stay with an HAProxy that does not answer; requests to it are lost. */
const MOVE_SECONDS = 1;
/** The longest time without a single HAProxy until the engine has started it again. */
const RESTART_SECONDS = SECONDS.haproxyRestart.seconds;

/**
 * The requests in flight that a killed container may lose: half a second of the load, as much as is in flight on a
 * machine that is short of CPU. Later requests have to go to other containers.
 */
function inFlight(rate: number, kills: number): number {
  return (rate / 2) * kills;
}

/** A drill in which the containers of a tier fail one after another. */
function failures(
  tier: Tier,
  drill: Omit<TrafficDrill, "run">,
  fail: (service: string, context: TrafficContext) => Promise<void>,
): TrafficDrill {
  return {
    ...drill,
    async run(context) {
      for (const service of tier.services(context.topology)) {
        await fail(service, context);
        await context.wait(RECOVERY_SECONDS);
      }
    },
  };
}

async function kill(service: string, { containers, say }: TrafficContext): Promise<void> {
  say(`killing ${service}`);
  await containers.kill([service]);
  await containers.untilWell([service]);
}

async function pause(service: string, { containers, holdSeconds, wait, say }: TrafficContext): Promise<void> {
  say(`pausing ${service} for ${holdSeconds} s`);
  await containers.whilePaused(service, () => wait(holdSeconds));
  await containers.untilWell([service]);
}

/** The drills of a tier whose containers can replace each other. */
function redundant(tier: Tier): TrafficDrill[] {
  const obstacle: TrafficDrill["obstacle"] = ({ topology }) => needsTwo(tier, topology);
  return [
    failures(
      tier,
      {
        name: `kill-${tier.name}`,
        proves: `when ${tier.title} is killed, only its requests in flight are lost, and it comes back by itself`,
        obstacle,
        limit: ({ topology }, { rate }) => ({
          failed: inFlight(rate, tier.services(topology).length),
          duplicated: 0,
          gapMs: TAKEOVER_MS,
        }),
      },
      kill,
    ),
    failures(
      tier,
      {
        name: `pause-${tier.name}`,
        proves: `when ${tier.title} hangs, the others take over, and its requests are answered when it goes on`,
        obstacle,
        limit: () => ({ failed: 0, duplicated: 0, gapMs: TAKEOVER_MS }),
      },
      pause,
    ),
  ];
}

const HAPROXY_FAILURES: readonly TrafficDrill[] = [
  failures(
    HAPROXY,
    {
      name: "kill-haproxy",
      proves: "when HAProxy is killed, it comes back by itself; in a pair, the other takes over",
      obstacle: () => undefined,
      limit: ({ topology }, { rate }) =>
        isSingle(HAPROXY, topology)
          ? { failed: rate * RESTART_SECONDS, duplicated: 0, gapMs: RESTART_SECONDS * 1_000 }
          : {
              failed: rate * MOVE_SECONDS * topology.loadBalancers.length,
              duplicated: 0,
              gapMs: SECONDS.address.seconds * 1_000,
            },
    },
    kill,
  ),
  failures(
    HAPROXY,
    {
      name: "pause-haproxy",
      proves: "when HAProxy hangs, most of its requests are answered when it goes on; in a pair, the other takes over",
      obstacle: () => undefined,
      limit: ({ topology }, { rate, holdSeconds }) =>
        isSingle(HAPROXY, topology)
          ? // All waiting requests arrive at once then, and the application refuses those beyond its capacity.
            { failed: (rate * holdSeconds) / 2, duplicated: 0, gapMs: holdSeconds * 1_000 + TAKEOVER_MS }
          : { failed: rate * MOVE_SECONDS * topology.loadBalancers.length, duplicated: 0, gapMs: TAKEOVER_MS },
    },
    pause,
  ),
];

const SERVER_FAILURE: TrafficDrill = {
  name: "kill-server",
  proves: "when a whole server is killed, only its requests in flight are lost, and it comes back by itself",
  obstacle: (stack) =>
    expendableServer(stack) === undefined ? "the site cannot be used without any of its servers" : undefined,
  limit: (_, { rate }) => ({ failed: inFlight(rate, 1), duplicated: 0, gapMs: TAKEOVER_MS }),
  async run(context) {
    const server = expendableServer(context);
    if (server === undefined) return;
    const services = servicesOn(context, server);
    context.say(`killing ${services.join(", ")}`);
    await context.containers.kill(services);
    await context.containers.untilWell(services);
  },
};

export const FAILURES: readonly TrafficDrill[] = [
  ...HAPROXY_FAILURES,
  ...redundant(NGINX),
  ...redundant(APPLICATION),
  SERVER_FAILURE,
];
