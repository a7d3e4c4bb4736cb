import { PORT_KEYS, publishedPorts } from "../loadBalancing.ts";
import type { Path, Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { PROPOSED_PORTS, type Surroundings } from "../surroundings.ts";

interface LocalPort {
  readonly path: Path;
  readonly port: number;
}

/**
 * The ports of monitoring and of the log store are published on the host of the first load balancer, or of both. Each
 * proposed port is another one.
 */
export function localPortChecks(settings: Settings, { ports: held, docker }: Surroundings): Problem[] {
  const taken = new Map(
    publishedPorts(settings.loadBalancer, docker)
      .flat()
      .map(({ port, serves }) => [port, `loadBalancer.${PORT_KEYS[serves]} or its pair's`]),
  );
  return localPorts(settings).flatMap(({ path, port }) => {
    const holder = taken.get(port);
    taken.set(port, path.join("."));
    if (holder === undefined) return [];
    const free = PROPOSED_PORTS.find((candidate) => !taken.has(candidate) && !held.has(candidate));
    if (free !== undefined) taken.set(free, path.join("."));
    return [
      {
        path,
        value: port,
        allowed: `a port other than that of ${holder}, which is ${port}`,
        example: free?.toString(),
      },
    ];
  });
}

function localPorts({ monitoring, logs: { store } }: Settings): LocalPort[] {
  const { enabled, board, boardPort, grafana, grafanaPort, prometheusPort, alertmanagerPort } = monitoring;
  const own = {
    boardPort: board ? boardPort : undefined,
    grafanaPort: grafana ? grafanaPort : undefined,
    prometheusPort,
    alertmanagerPort,
  };
  return [
    ...Object.entries(enabled ? own : {}).flatMap(([key, port]) =>
      port === undefined ? [] : [{ path: ["monitoring", key], port }],
    ),
    ...(store === undefined ? [] : [{ path: ["logs", "store", "port"], port: store.port }]),
  ];
}
