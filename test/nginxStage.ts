import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { fileURLToPath } from "node:url";
import { type Issued, issue } from "../app/test/certificates.ts";
import { CONFIG_FOLDER } from "../components/webTier/folders.ts";
import { STATIC_FOLDER } from "../components/webTier/locations.ts";
import { nginxConfig } from "../components/webTier/nginxConfig.ts";
import { parseConfig } from "../config/config.ts";
import type { Upstream } from "../topology/instancePlan.ts";
import type { WebPlan } from "../topology/plan.ts";
import { LOAD_BALANCER_CLIENT, WEB_PORT } from "../topology/ports.ts";
import { planTopology } from "../topology/topology.ts";
import { devConfig } from "./devConfig.ts";
import { answers, docker, published } from "./engine.ts";
import { clientOptions, mountedSecrets, serverFiles } from "./secrets.ts";
import { createTestStack } from "./stacks.ts";
import { openTunnel, type Tunnel } from "./tunnel.ts";

const { images } = parseConfig("foobar", "dev", devConfig());
const START_SCRIPT = fileURLToPath(new URL("../components/webTier/files/start.sh", import.meta.url));
const STUB = fileURLToPath(new URL("stubApplication.cjs", import.meta.url));
/** The name of every Nginx. */
const NAME = "web-server1";
export const STATIC_VERSION = "0123456789";

/** A running Nginx. */
export interface NginxContainer {
  readonly id: string;
  /** The URL of each listener for the load balancer, in the plan's order. */
  readonly urls: readonly string[];
}

/** A network as in the stack, with an application, and with any number of Nginx containers in front of it. */
export interface Stage {
  /** The application's address for Nginx. */
  readonly application: Upstream;
  /** The application's own URL on the host, past Nginx. */
  readonly applicationUrl: string;
  readonly applicationId: string;
  /** An unused address in the network. */
  readonly nobody: string;
  /** Starts Nginx with a listener for each upstream, and with other changes to the plan of the dev stack. */
  start(upstreams: readonly Upstream[], changes?: Partial<WebPlan>): Promise<NginxContainer>;
  /** What the load balancer shows to Nginx, and what it expects of it. */
  readonly loadBalancer: ConnectionOptions;
  /** The authority that signed the certificate of every Nginx. */
  readonly authority: Issued;
  /**
   * A URL by which a client reaches a listener, behind its own TLS. Each start of a container may change its port.
   * @param options the client; default: the load balancer
   */
  reach(id: string, port?: number, options?: ConnectionOptions): Promise<string>;
  remove(): Promise<void>;
}

/** The application behind Nginx. */
export interface StageApplication {
  /** Its program for Node.js; default: the stub, whose answers depend on the request. */
  readonly program?: Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Makes the stage. To Nginx the host is the load balancer; other containers are strangers.
 * @param staticFiles the files that Nginx serves, by name
 */
export async function createStage(
  staticFiles: Readonly<Record<string, string>>,
  { program, environment = {} }: StageApplication = {},
): Promise<Stage> {
  const { name, folder: home, labels, remove } = await createTestStack();
  const folder = join(home, "nginx");
  await mkdir(folder);
  await chmod(home, 0o755);
  const served = join(folder, "static");
  await mkdir(served);
  for (const [file, text] of Object.entries(staticFiles)) await writeFile(join(served, file), text);
  const application = program === undefined ? STUB : join(folder, "server.cjs");
  if (program !== undefined) await writeFile(application, program);

  await docker("network", "create", ...labels, name);
  const gateway = await docker("network", "inspect", "--format={{(index .IPAM.Config 0).Gateway}}", name);
  const common = ["run", "--detach", ...labels, `--network=${name}`, "--read-only", "--cap-drop=ALL"];
  const applicationId = await docker(
    ...[...common, "--network-alias=application", "--user=1000:1000", "--publish=127.0.0.1::3000"],
    ...Object.entries(environment).map(([key, value]) => `--env=${key}=${value}`),
    ...[`--volume=${application}:/app/server.cjs:ro`, images.application, "node", "/app/server.cjs"],
  );
  const applicationUrl = await published(applicationId, 3000);
  // Every application answers this request at once, even without its database.
  await answers(`${applicationUrl}/livez`);

  const authority = issue("authority");
  const secrets = await mountedSecrets(join(home, "secrets"), serverFiles(authority, issue(NAME, authority)));
  const tunnels: Tunnel[] = [];
  const loadBalancer = clientOptions(authority, issue(LOAD_BALANCER_CLIENT, authority));
  const reach = async (id: string, port = WEB_PORT, options: ConnectionOptions = loadBalancer) => {
    const at = new URL(await published(id, port));
    const tunnel = await openTunnel(Number(at.port), { servername: NAME, ...options });
    tunnels.push(tunnel);
    return tunnel.url;
  };

  let started = 0;
  return {
    application: { server: "server1", address: "application", port: 3000 },
    applicationUrl,
    applicationId,
    nobody: gateway.replace(/\d+$/, "250"),
    async start(upstreams, changes = {}) {
      const listeners = upstreams.map((upstream, index) => ({ port: WEB_PORT + index, upstream }));
      const plan = { ...webPlan(), listenAddress: "0.0.0.0", trustedSubnet: `${gateway}/32`, listeners, ...changes };
      const config = join(folder, `config${started++}`);
      await mkdir(config);
      await writeFile(join(config, "nginx.conf"), nginxConfig(plan, STATIC_VERSION));
      await copyFile(START_SCRIPT, join(config, "start.sh"));
      const id = await docker(
        ...[...common, "--user=101:101", "--volume=/tmp", `--env=DRAIN_SECONDS=${plan.drainSeconds}`],
        ...listeners.map(({ port }) => `--publish=127.0.0.1::${port}`),
        ...[`--volume=${config}:${CONFIG_FOLDER}:ro`, `--volume=${served}:${STATIC_FOLDER}:ro`, secrets],
        ...[images.nginx, "sh", `${CONFIG_FOLDER}/start.sh`],
      );
      const urls = await Promise.all(listeners.map(({ port }) => reach(id, port)));
      if (urls[0] !== undefined) await answers(`${urls[0]}/livez`);
      return { id, urls };
    },
    loadBalancer,
    authority,
    reach,
    async remove() {
      for (const { close } of tunnels) close();
      await remove();
    },
  };
}

function webPlan(): WebPlan {
  const [plan] = planTopology(parseConfig("foobar", "dev", devConfig())).web;
  if (plan === undefined) throw new Error("the dev stack has a web server");
  return plan;
}
