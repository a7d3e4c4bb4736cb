import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Issued, issue } from "../app/test/certificates.ts";
import { haproxyConfig } from "../components/loadBalancer/haproxyConfig.ts";
import { STATISTICS_AUTHORIZATION } from "../components/loadBalancer/statisticsFrontend.ts";
import { CERTIFICATE_FILE } from "../components/loadBalancer/tls.ts";
import { answerFiles, CONFIG_FOLDER } from "../components/loadBalancer/unavailable.ts";
import { parseConfig, rawSettings } from "../config/config.ts";
import { eventually } from "../engine/eventually.ts";
import type { LoadBalancerPlan } from "../topology/loadBalancerPlan.ts";
import { LOAD_BALANCER_CLIENT } from "../topology/ports.ts";
import { planTopology } from "../topology/topology.ts";
import { answers, docker, published } from "./engine.ts";
import { exampleSettings, type StackSettings } from "./examples.ts";
import { clientFiles, mountedSecrets, serverFiles } from "./secrets.ts";
import { handshake } from "./secureRequest.ts";
import { createTestStack } from "./stacks.ts";

const STUBS = fileURLToPath(new URL("stubServers.cjs", import.meta.url));
/** More listeners than any example has for one web server. */
const PORTS = ["8443", "8444"];

/** The header that opens the statistics. */
export const AUTHORIZATION = "Basic YWRtaW46b3Blbg==";

/** A running HAProxy with the web servers of its plan. */
export interface Balancer {
  /** The site's URL on the host, by plain HTTP where that is not off. */
  readonly url: string;
  /** The port of HTTPS at 127.0.0.1. Its certificate is for www.foobar.com and *.shop.foobar.com. */
  readonly securePort: number;
  /** The URL on the host of the statistics, which answers only if the plan publishes them. */
  readonly statisticsUrl: string;
  readonly plan: LoadBalancerPlan;
  /**
   * Runs a program for Node.js in a container, which asks the load balancer itself; resolves to its output. HAProxy is
   * at the program's first argument.
   * @param place near: an address in the edge network; far: one outside it
   */
  run(place: "near" | "far", program: string): Promise<string>;
  /** Freezes a web server, so that it neither answers nor closes; returns how to thaw it. */
  freeze(server: string): Promise<() => Promise<void>>;
  stop(server: string): Promise<() => Promise<void>>;
  /** What it has logged. */
  log(): Promise<string>;
  /** The servers that answer clients of different addresses, each of which asks this many times. */
  byClient(clients: number, times: number): Promise<string[][]>;
}

/** A network with web servers that answer with their names, and with HAProxy in front of them as in the stack. */
export interface HaproxyStage {
  /** Replaces the HAProxy by that of another example. */
  play(example: string, changes?: StackSettings): Promise<Balancer>;
  remove(): Promise<void>;
}

const { images } = parseConfig("foobar", "dev", {});

const authority = issue("a test's authority");
const intermediate = issue("a test's intermediate", authority, { isAuthority: true });
const site = issue("www.foobar.com", intermediate, { names: ["www.foobar.com", "*.shop.foobar.com"] });

/** The certificate of the authority that has signed the intermediate one of the site's chain. */
export const STAGE_AUTHORITY = authority.certificate;

/** A web server's certificate that is not the stack's. */
interface Impostor {
  /** The name in it; default: the right one. */
  readonly certificate?: string;
  /** The authority that signed it; default: the stage's, which HAProxy trusts. */
  readonly signed?: Issued;
}

/** @param impostors servers with another certificate than their own */
export async function createHaproxyStage(
  servers: readonly string[],
  impostors: Readonly<Record<string, Impostor>> = {},
): Promise<HaproxyStage> {
  const { name, folder: home, slot, labels, remove } = await createTestStack();
  const folder = join(home, "haproxy");
  const edge = slot.prefix(0);
  await mkdir(folder);
  await chmod(home, 0o755);
  await docker("network", "create", ...labels, `--subnet=${edge}.0/24`, name);
  const common = ["run", "--detach", ...labels, `--network=${name}`, "--read-only", "--cap-drop=ALL"];
  const client = await mountedSecrets(join(home, "client"), {
    ...clientFiles(authority, issue(LOAD_BALANCER_CLIENT, authority)),
    [CERTIFICATE_FILE]: site.certificate + intermediate.certificate + site.key,
    [STATISTICS_AUTHORIZATION]: `${AUTHORIZATION}\n`,
  });
  const ids = new Map<string, string>();
  for (const server of servers) {
    const name = `web-${server}`;
    const { certificate = name, signed = authority } = impostors[server] ?? {};
    const secrets = await mountedSecrets(join(home, name), serverFiles(signed, issue(certificate, signed)));
    const id = await docker(
      ...[...common, `--network-alias=${name}`, "--user=1000:1000", `--volume=${STUBS}:/app/server.cjs:ro`, secrets],
      ...[images.application, "node", "/app/server.cjs", server, ...PORTS],
    );
    ids.set(server, id);
  }
  const idOf = (server: string): string => {
    const id = ids.get(server);
    if (id === undefined) throw new Error(`the stage has no server ${server}`);
    return id;
  };

  let haproxy: string | undefined;
  return {
    async play(example, changes = {}) {
      if (haproxy !== undefined) await docker("rm", "--force", haproxy);
      const settings: StackSettings = JSON.parse(
        slot.moved(JSON.stringify({ ...exampleSettings(example), ...changes })),
      );
      // The other half of the network is somewhere else to HAProxy.
      const networks = { edge: `${edge}.0/25` };
      const [plan] = planTopology(
        parseConfig("foobar", "stage", rawSettings({ ...settings, "foobar:networks": networks })),
      ).loadBalancers;
      if (plan === undefined) throw new Error(`${example} has no load balancer`);
      await writeFile(join(folder, "haproxy.cfg"), haproxyConfig(plan));
      for (const [name, text] of Object.entries(answerFiles(plan.visitors))) await writeFile(join(folder, name), text);
      const [own] = plan.peers;
      const id = await docker(
        ...[...common, `--ip=${own?.address}`, "--user=99:99", "--publish=127.0.0.1::80", "--publish=127.0.0.1::443"],
        ...["--tmpfs=/run/haproxy:uid=99,gid=99", `--volume=${folder}:${CONFIG_FOLDER}:ro`],
        ...[client, "--publish=127.0.0.1::8404"],
        ...[images.haproxy, "haproxy", "-f", `${CONFIG_FOLDER}/haproxy.cfg`],
      );
      haproxy = id;
      const url = await published(id, 80);
      const securePort = Number(new URL(await published(id, 443)).port);
      if (plan.site.http === "off") await eventually(() => handshake({ port: securePort, ca: STAGE_AUTHORITY }), 20);
      // With the PROXY protocol this machine, as the proxy, cannot ask without it.
      else if (plan.visitors.proxies?.protocol !== "proxy") await answers(url);
      return {
        url,
        securePort,
        statisticsUrl: await published(id, 8404),
        plan,
        run(place, program) {
          const address = `${edge}.${place === "near" ? 120 : 220}`;
          const options = ["--rm", ...labels, `--network=${name}`, `--ip=${address}`, images.application];
          return docker("run", ...options, "node", "-e", program, `http://${own?.address}`);
        },
        async freeze(server) {
          await docker("pause", idOf(server));
          return async () => void (await docker("unpause", idOf(server)));
        },
        async stop(server) {
          await docker("stop", idOf(server));
          return async () => void (await docker("start", idOf(server)));
        },
        log: () => docker("logs", id),
        byClient(clients, times) {
          const ask = `curl -s -o /dev/null -w '%header{x-server}\\n' http://${own?.address}/`;
          const line = Array.from({ length: times }, () => ask).join("; ");
          const addresses = Array.from({ length: clients }, (_, client) => `${edge}.${100 + client}`);
          return Promise.all(
            addresses.map(async (address) => {
              const options = ["--rm", ...labels, `--network=${name}`, `--ip=${address}`, "--entrypoint=sh"];
              return (await docker("run", ...options, images.nginx, "-c", line)).split("\n");
            }),
          );
        },
      };
    },
    remove,
  };
}
