import type Docker from "dockerode";
import { SECURE_SITE_PORT, SITE_PORT } from "../../topology/ports.ts";
import { planTopology } from "../../topology/topology.ts";
import { bytesPerConnection } from "./connections.ts";
import { cpuUsed, pidsOf } from "./cpu.ts";
import { figureLine } from "./figures.ts";
import { shakeHands } from "./handshakes.ts";
import { measureRoutes, PATHS } from "./measure.ts";
import { startPlainStack } from "./plainStack.ts";
import { type Route, secureStackRoute, type TlsClient } from "./routes.ts";
import { configOfProject, letThisMachineIn, runCli } from "./stack.ts";
import { postMessages, type TrafficOptions } from "./traffic.ts";
import { speedLine, tlsCostLines } from "./trafficFigures.ts";

/**
 * What TLS costs: memory of a connection, CPU of a handshake, and CPU of a request on a kept connection, beside the same
 * stack without TLS. Yields a line for each figure.
 */
export async function* benchTls({ engine, project, env, seconds, signal }: TrafficOptions): AsyncGenerator<string> {
  const topology = planTopology(await configOfProject(project));
  await postMessages(project.url);
  await letThisMachineIn(engine, topology);
  const ca = await runCli(project, env, ["stack", "output", "caCertificate"]);
  const secure = await secureStackRoute(project, topology, ca);
  const plain = await startPlainStack(engine, project, topology);
  try {
    // An HAProxy keeps memory that it has once used, so connections are measured before anything else.
    yield* await memoryLines(engine, secure, plain);
    const edge = { ...secure.tls, host: hostOf(secure), port: SECURE_SITE_PORT };
    for (const isResumed of [false, true]) {
      yield await handshakeLine(engine, secure, { ...edge, isResumed, seconds, signal });
    }
    for (const path of PATHS) {
      const runs = await measureRoutes({ secure, plain }, { engine, path, seconds, signal });
      yield* (["secure", "plain"] as const).map((route) => speedLine(route, path, runs[route]));
      yield* tlsCostLines(path, runs.secure, runs.plain);
    }
  } finally {
    await plain.remove();
  }
}

function hostOf({ origins: [origin = ""] }: Route): string {
  return new URL(origin).hostname;
}

async function memoryLines(engine: Docker, secure: Route & { tls: TlsClient }, plain: Route): Promise<string[]> {
  const bytes = async (route: Route, server: Parameters<typeof bytesPerConnection>[1]) => {
    const [id = ""] = route.containers.haproxy;
    const worker = (await pidsOf(engine, id, "haproxy")).at(-1);
    if (worker === undefined) throw new Error("HAProxy does not run");
    return bytesPerConnection(worker, server);
  };
  const figures = {
    secure: await bytes(secure, { ...secure.tls, host: hostOf(secure), port: SECURE_SITE_PORT }),
    plain: await bytes(plain, { host: hostOf(plain), port: SITE_PORT }),
  };
  return Object.entries(figures).map(([route, bytes]) =>
    figureLine("connection", { route, kB: (bytes / 1024).toFixed(1) }),
  );
}

async function handshakeLine(engine: Docker, route: Route, options: Parameters<typeof shakeHands>[0]): Promise<string> {
  const before = await cpuUsed(engine, route);
  const { handshakes, resumed, seconds } = await shakeHands(options);
  const cpu = (await cpuUsed(engine, route)).haproxy - before.haproxy;
  return figureLine("handshakes", {
    kind: options.isResumed ? "resumed" : "full",
    per_s: Math.round(handshakes / seconds),
    resumed_percent: Math.round((100 * resumed) / handshakes),
    cpu_us: Math.round((cpu * 1_000) / handshakes),
    // What one CPU, the limit of HAProxy's container, has room for.
    per_cpu_s: Math.round((handshakes * 1_000) / cpu),
  });
}
