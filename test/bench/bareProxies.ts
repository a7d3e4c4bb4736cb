import type Docker from "dockerode";
import { eventually } from "../../engine/eventually.ts";
import { engineLabels } from "../../engine/labels.ts";
import type { InstancePlan } from "../../topology/instancePlan.ts";
import { networkOf, type Topology } from "../../topology/plan.ts";
import { BARE_PORT, bareHaproxyConfig, bareNginxConfig } from "./bareConfig.ts";
import type { Route } from "./routes.ts";
import { addressIn } from "./stack.ts";

interface Program {
  readonly plan: InstancePlan;
  /** Its name in the first of its networks. */
  readonly alias: string;
  readonly networks: readonly string[];
  readonly config: string;
  /** Starts it with the file $FILE. */
  readonly command: string;
}

/** HAProxy and Nginx as in the stack - images, limits, networks, applications - but with the least of configuration. */
export async function startBareProxies(
  engine: Docker,
  topology: Topology,
): Promise<Route & { remove(): Promise<void> }> {
  const { web, loadBalancers } = topology;
  const [loadBalancer] = loadBalancers;
  if (loadBalancer === undefined) throw new Error("the plan has no load balancer");
  const started: Docker.Container[] = [];
  const start = async ({ plan, alias, networks, config, command }: Program) => {
    const [first, ...others] = networks.map((name) => networkOf(topology, name).engineName);
    if (first === undefined) throw new Error(`${alias} has no network`);
    const container = await engine.createContainer({
      Image: plan.image,
      Labels: engineLabels(topology),
      Env: ["FILE=/tmp/config", `CONFIG=${config}`],
      Entrypoint: ["sh", "-c", `printf %s "$CONFIG" > $FILE && exec ${command}`],
      HostConfig: {
        NetworkMode: first,
        Memory: plan.memoryMb * 2 ** 20,
        NanoCpus: Number(plan.cpus) * 1e9,
      },
      NetworkingConfig: { EndpointsConfig: { [first]: { Aliases: [alias] } } },
    });
    started.push(container);
    for (const network of others) await engine.getNetwork(network).connect({ Container: container.id });
    await container.start();
    return container;
  };
  const remove = async () => {
    await Promise.all(started.map((container) => container.remove({ force: true, v: true })));
  };

  try {
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
    const origin = `http://${addressIn(await haproxy.inspect(), networkOf(topology, "web").engineName)}`;
    await eventually(async () => {
      const { status } = await fetch(origin, { signal: AbortSignal.timeout(500) });
      if (status !== 200) throw new Error(`the bare proxies answer with ${status}`);
    }, 20);
    return { origins: [origin], containers: { haproxy: [haproxy.id], nginx }, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
