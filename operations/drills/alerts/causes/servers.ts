import { tiersOf } from "../../../../topology/tiers.ts";
import type { Stack } from "../../../stack/stack.ts";
import { expendableServer, maintainableServer, servicesOn } from "../../traffic/servers.ts";
import type { Cause } from "../cause.ts";
import { whileDead, whileFrozen } from "../dead.ts";

const namesOf = (plans: readonly { readonly name: string }[]) => plans.map(({ name }) => name);

const needsSpare = (stack: Stack) =>
  expendableServer(stack) === undefined ? "the site needs every server, so that its loss is the site's" : undefined;

/** The web server of a server that may be taken out. */
function spareWeb(stack: Stack): string | undefined {
  const server = maintainableServer(stack);
  return stack.topology.web.find((plan) => plan.server === server)?.name;
}
const needsSpareWeb = (stack: Stack) =>
  spareWeb(stack) === undefined ? "the site needs every web server, so that its loss is the site's" : undefined;

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the stack has changed while it was drilled");
  return value;
}

/** Starts of a container within 15 minutes that are one too many. */
const STARTS = 3;

const isPair = ({ topology }: Stack) => topology.loadBalancers.length > 1;

export const SERVER_CAUSES: readonly Cause[] = [
  // First, as the others start containers, too.
  {
    name: "alert-restarting",
    does: `a container is started ${STARTS} times within minutes`,
    alerts: () => ["Restarting"],
    obstacle: needsSpareWeb,
    stays: "it looks at the last 15 minutes",
    async produce(context, untilFired) {
      const { containers, topology, wait, say } = context;
      const service = required(spareWeb(context));
      for (let start = 0; start < STARTS; start++) {
        say(`killing ${service}, which its engine starts again`);
        await containers.kill([service]);
        await containers.untilWell([service]);
        // Prometheus has to see each start.
        await wait(3 * (topology.monitoring?.scrapeSeconds ?? 5));
      }
      await untilFired("now");
    },
  },
  {
    name: "alert-site-dead",
    does: "every web server is dead",
    alerts: () => ["SiteDown"],
    obstacle: () => undefined,
    produce: (context, untilFired) => whileDead(context, namesOf(context.topology.web), untilFired),
  },
  {
    name: "alert-applications-frozen",
    does: "every application hangs",
    alerts: () => ["SiteDown", "NoServerReady", "ServerOutOfRotation"],
    obstacle: () => undefined,
    produce: (context, untilFired) => {
      const services = namesOf(context.topology.applications);
      context.say(`pausing ${services.join(", ")}`);
      return whileFrozen(context, services, untilFired);
    },
  },
  {
    name: "alert-server-dead",
    does: "a whole server is dead",
    alerts: () => ["ServerDown"],
    obstacle: needsSpare,
    produce: (context, untilFired) =>
      whileDead(context, servicesOn(context, required(expendableServer(context))), untilFired),
  },
  {
    name: "alert-instance-dead",
    does: "one container of a server is dead",
    alerts: () => ["InstanceDown"],
    obstacle: needsSpareWeb,
    produce: (context, untilFired) => whileDead(context, [required(spareWeb(context))], untilFired),
  },
  {
    name: "alert-reserve-at-work",
    does: "the passive server does the work",
    alerts: () => ["ReserveAtWork"],
    obstacle: (stack) =>
      stack.topology.monitoring?.watched.hasReserve === true ? needsSpareWeb(stack) : "the stack has no passive server",
    produce: (context, untilFired) => whileDead(context, [required(spareWeb(context))], untilFired),
  },
  {
    name: "alert-load-balancer-dead",
    does: "one load balancer of a pair is dead",
    alerts: ({ topology }) => [
      "LoadBalancerAlone",
      ...((topology.monitoring?.watched.holders.length ?? 0) > 0 ? ["VirtualAddressAway"] : []),
    ],
    obstacle: (stack) =>
      isPair(stack) ? undefined : "the stack has one load balancer, so that its loss is the site's",
    produce: (context, untilFired) => {
      const { topology } = context;
      const first = topology.loadBalancers.slice(0, 1);
      return whileDead(context, namesOf(tiersOf({ ...topology, loadBalancers: first }).loadBalancers), untilFired);
    },
  },
];
