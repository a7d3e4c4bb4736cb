import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { issue } from "../app/test/certificates.ts";
import { errorFiles } from "../components/errorFiles.ts";
import { haproxyConfig } from "../components/loadBalancer/haproxyConfig.ts";
import { STATISTICS_AUTHORIZATION } from "../components/loadBalancer/statisticsFrontend.ts";
import { CERTIFICATE_FILE } from "../components/loadBalancer/tls.ts";
import { answerFiles, CONFIG_FOLDER as HAPROXY_FOLDER } from "../components/loadBalancer/unavailable.ts";
import { CONFIG_FOLDER as NGINX_FOLDER } from "../components/webTier/folders.ts";
import { STATIC_FOLDER } from "../components/webTier/locations.ts";
import { nginxConfig, SCRATCH_MB } from "../components/webTier/nginxConfig.ts";
import { parseConfig, rawSettings } from "../config/config.ts";
import { eventually } from "../engine/eventually.ts";
import { LOAD_BALANCER_CLIENT } from "../topology/ports.ts";
import { planTopology } from "../topology/topology.ts";
import { docker, published } from "./engine.ts";
import { exampleSettings, type StackSettings } from "./examples.ts";
import { clientFiles, mountedSecrets, serverFiles } from "./secrets.ts";
import { createTestStack } from "./stacks.ts";

const APPLICATION = fileURLToPath(new URL("httpApplication.cjs", import.meta.url));
const START_SCRIPT = fileURLToPath(new URL("../components/webTier/files/start.sh", import.meta.url));

const authority = issue("a test's authority");
const site = issue("www.foobar.com", authority, { names: ["www.foobar.com"] });

/** The authority that has signed the site's certificate, which is for www.foobar.com. */
export const SITE_AUTHORITY = authority.certificate;

/** HAProxy, two Nginx and two applications behind them, as in the stack of two servers, with its limits of memory. */
export interface HttpStage {
  /** The site by plain HTTP. */
  readonly url: string;
  /** The port of HTTPS at 127.0.0.1. */
  readonly securePort: number;
  /** Starts another HAProxy, and tells the present one to stop when the new one serves; resolves to the old one's id. */
  replaceHaproxy(): Promise<string>;
  /** Sends a container a signal, by its name: app-server1, web-server2, haproxy. */
  signal(container: string, signal: string): Promise<void>;
  start(container: string): Promise<void>;
  /** Waits for a container's end. */
  ended(container: string): Promise<void>;
  /** Waits until both servers answer requests, or the given ones alone. */
  untilServing(...servers: string[]): Promise<void>;
  id(container: string): string;
  remove(): Promise<void>;
}

/** @param settings of the stack, by their full keys, beside those of the example round-robin */
export async function createHttpStage(settings: StackSettings = {}): Promise<HttpStage> {
  const { name: network, folder: home, slot, labels, remove } = await createTestStack();
  const prefix = slot.prefix(0);
  await chmod(home, 0o755);
  await docker("network", "create", ...labels, `--subnet=${prefix}.0/24`, network);
  const raw: StackSettings = JSON.parse(slot.moved(JSON.stringify({ ...exampleSettings("round-robin"), ...settings })));
  const config = parseConfig("foobar", "stage", rawSettings({ ...raw, "foobar:networks": { edge: `${prefix}.0/25` } }));
  const topology = planTopology(config);
  const { images } = config;
  const pages = errorFiles(config.web.errorPages);
  const ids = new Map<string, string>();
  const run = async (name: string, ...args: readonly string[]) => {
    const common = ["run", "--detach", ...labels, "--read-only", "--cap-drop=ALL"];
    ids.set(name, await docker(...common, ...args));
  };
  const id = (name: string): string => {
    const found = ids.get(name);
    if (found === undefined) throw new Error(`the stage has no container ${name}`);
    return found;
  };
  const sizes = ({ memoryMb, cpus }: { memoryMb: number; cpus: string }) => [
    ...[`--memory=${memoryMb}m`, `--memory-swap=${memoryMb}m`, `--cpus=${cpus}`],
  ];

  const empty = join(home, "static");
  await mkdir(empty);
  for (const plan of topology.web) {
    const { server } = plan;
    await run(
      `app-${server}`,
      ...[`--network=${network}`, `--network-alias=app-${server}`, "--user=1000:1000", "--memory=256m"],
      ...[`--volume=${APPLICATION}:/app/server.cjs:ro`, images.application, "node", "/app/server.cjs", server],
    );
    const folder = join(home, `nginx-${server}`);
    await mkdir(folder);
    const own = { ...plan, trustedSubnet: `${prefix}.128/25` };
    await writeFile(join(folder, "nginx.conf"), nginxConfig(own, "0123456789", pages));
    await copyFile(START_SCRIPT, join(folder, "start.sh"));
    for (const [file, text] of Object.entries(pages)) await writeFile(join(folder, file), text);
    const secrets = await mountedSecrets(
      join(home, `secrets-${server}`),
      serverFiles(authority, issue(plan.name, authority)),
    );
    await run(
      plan.name,
      ...[`--network=${network}`, `--network-alias=${plan.name}`, `--network-alias=${plan.listenAddress}`],
      ...["--user=101:101", `--env=DRAIN_SECONDS=${plan.drainSeconds}`, ...sizes(plan)],
      ...[`--tmpfs=/tmp:size=${SCRATCH_MB}m,uid=101,gid=101`, `--volume=${folder}:${NGINX_FOLDER}:ro`, secrets],
      ...[`--volume=${empty}:${STATIC_FOLDER}:ro`, images.nginx, "sh", `${NGINX_FOLDER}/start.sh`],
    );
  }

  const [balancer] = topology.loadBalancers;
  if (balancer === undefined) throw new Error("the plan has no load balancer");
  const folder = join(home, "haproxy");
  await mkdir(folder);
  const files = { "haproxy.cfg": haproxyConfig(balancer, pages), ...answerFiles(balancer.visitors, pages) };
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  const secrets = await mountedSecrets(join(home, "client"), {
    ...clientFiles(authority, issue(LOAD_BALANCER_CLIENT, authority)),
    [CERTIFICATE_FILE]: site.certificate + site.key,
    [STATISTICS_AUTHORIZATION]: "Basic YWRtaW46b3Blbg==\n",
  });
  const [own] = balancer.peers;
  // As in the stack, a container that only waits has the ports, and one HAProxy after another joins it.
  await run(
    "pause",
    ...[`--network=${network}`, `--ip=${own?.address}`, "--publish=127.0.0.1::80", "--publish=127.0.0.1::443"],
    ...["--sysctl=net.ipv4.tcp_migrate_req=1", images.haproxy, "sleep", "infinity"],
  );
  const startHaproxy = (name: string) =>
    run(
      name,
      ...[`--network=container:${id("pause")}`, "--user=99:99", ...sizes(balancer.haproxy)],
      ...["--tmpfs=/run/haproxy:uid=99,gid=99", `--volume=${folder}:${HAPROXY_FOLDER}:ro`, secrets],
      ...[images.haproxy, "haproxy", "-f", `${HAPROXY_FOLDER}/haproxy.cfg`],
    );
  await startHaproxy("haproxy");
  const url = await published(id("pause"), 80);
  const securePort = Number(new URL(await published(id("pause"), 443)).port);

  const ready = (container: string) =>
    eventually(async () => {
      const command = "echo 'show info' | socat -T2 - UNIX-CONNECT:/run/haproxy/admin.sock | grep -q '^Stopping: 0'";
      await docker("exec", id(container), "sh", "-c", command);
    }, 20);
  const stage: HttpStage = {
    url,
    securePort,
    async replaceHaproxy() {
      const old = id("haproxy");
      await startHaproxy("haproxy");
      await ready("haproxy");
      await docker("kill", "--signal=USR1", old);
      return old;
    },
    signal: async (container, signal) => void (await docker("kill", `--signal=${signal}`, id(container))),
    ended: async (container) => void (await docker("wait", id(container))),
    start: async (container) => void (await docker("start", id(container))),
    async untilServing(...servers) {
      const wanted = servers.length === 0 ? topology.web.map(({ server }) => server) : servers;
      await eventually(async () => {
        const found = new Set<string>();
        for (let request = 0; request < 8; request++) {
          found.add(await (await fetch(url, { signal: AbortSignal.timeout(2000) })).text());
        }
        if ([...found].sort().join() !== wanted.join()) throw new Error(`${[...found]} serve, not ${wanted}`);
      }, 30);
    },
    id,
    remove,
  };
  await stage.untilServing();
  return stage;
}
