import type Docker from "dockerode";
import { haproxyConfig } from "../../components/loadBalancer/haproxyConfig.ts";
import { nginxConfig } from "../../components/webTier/nginxConfig.ts";
import type { LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import type { Topology, WebPlan } from "../../topology/plan.ts";
import { inspect, type TestProject } from "../project.ts";
import { besides } from "./besides.ts";
import type { RemovableRoute } from "./routes.ts";

const ANY_ADDRESS = "0.0.0.0";

/** The name of a container of the plain stack. */
const plainName = (service: string) => `plain-${service}`;

/**
 * The stack's load balancer and web servers once more, with the same images, limits, networks, applications and files.
 * Their configuration is the stack's without TLS between HAProxy and Nginx, and clients reach them by plain HTTP.
 */
export function startPlainStack(engine: Docker, project: TestProject, topology: Topology): Promise<RemovableRoute> {
  const [loadBalancer] = topology.loadBalancers;
  if (loadBalancer === undefined) throw new Error("the plan has no load balancer");
  return besides(engine, topology, async ({ start, origin, remove }) => {
    const nginx: string[] = [];
    for (const plan of topology.web) {
      const { id } = await start({
        plan,
        alias: plainName(plan.name),
        networks: plan.attachments.map(({ network }) => network),
        config: plainNginxConfig(plan),
        command: "nginx -c $FILE -g 'daemon off;'",
        like: await inspect(project, plan.name),
      });
      nginx.push(id);
    }
    const haproxy = await start({
      plan: loadBalancer.haproxy,
      alias: plainName(loadBalancer.name),
      networks: loadBalancer.pause.attachments.map(({ network }) => network),
      config: plainHaproxyConfig(loadBalancer),
      command: "haproxy -W -db -f $FILE",
      like: await inspect(project, loadBalancer.haproxy.name),
    });
    return { origins: [await origin(haproxy, "edge")], containers: { haproxy: [haproxy.id], nginx }, remove };
  });
}

/** haproxy.cfg as in the stack, for web servers of the plain stack. */
export function plainHaproxyConfig(plan: LoadBalancerPlan): string {
  const text = haproxyConfig({
    ...plan,
    listenAddresses: [ANY_ADDRESS],
    peers: plan.peers.map((peer) => ({ ...peer, address: ANY_ADDRESS })),
    backends: plan.backends.map((backend) => ({ ...backend, address: plainName(backend.address) })),
  });
  return without(text, [/^ +default-server ssl .*\n/gm, / sni \S+ check-sni \S+ verifyhost \S+/g]);
}

/** nginx.conf as in the stack, without TLS. */
export function plainNginxConfig(plan: WebPlan): string {
  const text = nginxConfig({ ...plan, listenAddress: ANY_ADDRESS }, "0123456789");
  return without(text, [/(?<=^ +listen .*) ssl(?=[ ;])/gm, /^ +ssl_\w+ .*\n/gm, /^ +if \(\$ssl_client_s_dn .*\n/gm]);
}

/** @throws Error if the text has nothing of one of the kinds: what is meant to be without it would have it still */
function without(text: string, kinds: readonly RegExp[]): string {
  return kinds.reduce((rest, kind) => {
    const changed = rest.replace(kind, "");
    if (changed === rest) throw new Error(`the configuration has no ${kind.source} to be measured without`);
    return changed;
  }, text);
}
