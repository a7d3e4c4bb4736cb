import { serverNetwork } from "../../topology/networks.ts";
import { networkOf, type Topology } from "../../topology/plan.ts";
import { SECURE_SITE_PORT, SITE_PORT } from "../../topology/ports.ts";
import { inspect, type TestProject } from "../project.ts";
import { addressIn } from "./stack.ts";

/** Whose CPU is counted. */
export const PROGRAMS = ["haproxy", "nginx"] as const;
export type ProgramName = (typeof PROGRAMS)[number];

/** A route to the applications. */
export interface Route {
  /** Where requests enter it. */
  readonly origins: readonly string[];
  /** Ids of the containers that it leads through. */
  readonly containers: Readonly<Record<ProgramName, readonly string[]>>;
  /** How the client knows the server, where origins are https:. */
  readonly tls?: TlsClient;
}

export interface TlsClient {
  /** The authorities that the client trusts (PEM). */
  readonly ca: string;
  /** The name that it asks for, which the server's certificate has to have. */
  readonly servername: string;
}

/** A route whose containers are not the stack's. */
export interface RemovableRoute extends Route {
  remove(): Promise<void>;
}

/** Through the stack, past the published port: the engine's proxy for ports on 127.0.0.1 is not the stack's. */
export async function stackRoute(project: TestProject, topology: Topology): Promise<Route> {
  const edge = networkOf(topology, "edge").engineName;
  const idsOf = (services: readonly string[]) =>
    Promise.all(services.map(async (service) => (await inspect(project, service)).Id));
  const { loadBalancers, web } = topology;
  return {
    origins: await Promise.all(
      loadBalancers.map(async ({ name }) => `http://${addressIn(await inspect(project, name), edge)}:${SITE_PORT}`),
    ),
    containers: {
      haproxy: await idsOf(loadBalancers.map(({ haproxy }) => haproxy.name)),
      nginx: await idsOf(web.map(({ name }) => name)),
    },
  };
}

/**
 * The same, by HTTPS.
 * @param ca the authority that the client trusts (PEM)
 */
export async function secureStackRoute(
  project: TestProject,
  topology: Topology,
  ca: string,
): Promise<Route & { tls: TlsClient }> {
  const { origins, containers } = await stackRoute(project, topology);
  const [servername = ""] = topology.certified.names;
  const secure = origins.map((origin) => `https://${new URL(origin).hostname}:${SECURE_SITE_PORT}`);
  return { origins: secure, containers, tls: { ca, servername } };
}

/** To the applications themselves. */
export async function directRoute(project: TestProject, topology: Topology): Promise<Route> {
  const origins = await Promise.all(
    topology.applications.map(
      async ({ name, server, port }) =>
        `http://${addressIn(await inspect(project, name), networkOf(topology, serverNetwork("app", server)).engineName)}:${port}`,
    ),
  );
  return { origins, containers: { haproxy: [], nginx: [] } };
}
