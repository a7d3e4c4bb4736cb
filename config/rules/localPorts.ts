import type { DockerDefault } from "../endpoints.ts";
import { PORT_KEYS, portNumbers } from "../loadBalancing.ts";
import type { Path, Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { judged } from "../wellFormed.ts";

interface LocalPort {
  readonly path: Path;
  readonly port: number;
}

/**
 * The ports of monitoring and of the log store are published on the host of the first load balancer, or of both.
 * @param propose gives another free port each time
 */
export function localPortChecks(
  settings: Settings,
  docker: DockerDefault,
  propose: () => string | undefined,
): Problem[] {
  const taken = new Map(
    judged(() => portNumbers(settings.loadBalancer, docker).flat()).map(({ port, serves }) => [
      port,
      `loadBalancer.${PORT_KEYS[serves]} or its pair's`,
    ]),
  );
  return localPorts(settings).flatMap(({ path, port }) => {
    const holder = taken.get(port);
    taken.set(port, path.join("."));
    if (holder === undefined) return [];
    return [
      {
        path,
        value: port,
        allowed: `a port other than that of ${holder}, which is ${port}`,
        example: propose(),
      },
    ];
  });
}

/** Those that are known, whatever is wrong beside them. */
function localPorts(settings: Settings): LocalPort[] {
  const known = (path: Path, read: () => number | undefined) =>
    judged((): LocalPort[] => {
      const port = read();
      return port === undefined ? [] : [{ path, port }];
    });
  const watched = (key: string, read: () => number | undefined) =>
    known(["monitoring", key], () => (settings.monitoring.enabled ? read() : undefined));
  return [
    ...watched("boardPort", () => (settings.monitoring.board ? settings.monitoring.boardPort : undefined)),
    ...watched("grafanaPort", () => (settings.monitoring.grafana ? settings.monitoring.grafanaPort : undefined)),
    ...watched("prometheusPort", () => settings.monitoring.prometheusPort),
    ...watched("alertmanagerPort", () => settings.monitoring.alertmanagerPort),
    ...known(["logs", "store", "port"], () => settings.logs.store?.port),
  ];
}
