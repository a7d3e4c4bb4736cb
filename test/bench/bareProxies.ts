import type Docker from "dockerode";
import type { Topology } from "../../topology/plan.ts";
import { BARE_PORT, bareHaproxyConfig, bareNginxConfig } from "./bareConfig.ts";
import { besides } from "./besides.ts";
import type { RemovableRoute } from "./routes.ts";

/** HAProxy and Nginx as in the stack - images, limits, networks, applications - but with the least of configuration. */
export function startBareProxies(engine: Docker, topology: Topology): Promise<RemovableRoute> {
  const { web, loadBalancers } = topology;
  const [loadBalancer] = loadBalancers;
  if (loadBalancer === undefined) throw new Error("the plan has no load balancer");
  return besides(engine, topology, async ({ start, origin, remove }) => {
    const nginx: string[] = [];
    for (const plan of web) {
      const [listener] = plan.listeners;
      if (listener === undefined) throw new Error(`${plan.name} passes nothing on`);
      const { address, port } = listener.upstream;
      const { id } = await start({
        plan,
        alias: `bare-${plan.name}`,
        networks: plan.attachments.map(({ network }) => network),
        config: bareNginxConfig(`${address}:${port}`),
        command: "nginx -c $FILE -g 'daemon off;'",
      });
      nginx.push(id);
    }
    const haproxy = await start({
      plan: loadBalancer.haproxy,
      alias: "bare-haproxy",
      networks: ["web"],
      config: bareHaproxyConfig(web.map(({ name }) => `bare-${name}:${BARE_PORT}`)),
      command: "haproxy -W -db -f $FILE",
    });
    return { origins: [await origin(haproxy, "web")], containers: { haproxy: [haproxy.id], nginx }, remove };
  });
}
