import { mkdir, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { issue } from "../app/test/certificates.ts";
import { providePebble } from "../bootstrap/pebble.ts";
import { parseConfig } from "../config/config.ts";
import { eventually } from "../engine/eventually.ts";
import { docker } from "./engine.ts";

/** A test server for ACME, and its DNS server, by which every name leads to the same address. */
export interface Pebble {
  /** The URL of its directory in its network. */
  readonly directory: string;
  /** The authority of its own HTTPS (PEM). */
  readonly ca: string;
  /** Starts it in a network. */
  run(place: PebblePlace): Promise<void>;
  /** The authority that signs what it issues (PEM), another one after each start. */
  root(): Promise<string>;
  stop(): Promise<void>;
}

export interface PebblePlace {
  /** The network's name on the engine. */
  readonly network: string;
  /** The address that all names lead to. */
  readonly site: string;
  /** Labels of the container, as options. */
  readonly labels: readonly string[];
}

const NAME = "pebble";
const PORT = 14_000;
const MANAGEMENT_PORT = 15_000;
const FOLDER = "/etc/pebble";
/** As Let's Encrypt has it. */
const VALIDITY_SECONDS = 90 * 24 * 3_600;

/** The reason why Pebble cannot run here; undefined: it can. */
export async function pebbleMissing(): Promise<string | undefined> {
  return providePebble(console.log).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

/** @param folder for its files */
export async function preparePebble(folder: string): Promise<Pebble> {
  const programs = await providePebble(console.log);
  const authority = issue("authority of Pebble's HTTPS");
  const { certificate, key } = issue(NAME, authority);
  const config = {
    pebble: {
      listenAddress: `0.0.0.0:${PORT}`,
      managementListenAddress: `0.0.0.0:${MANAGEMENT_PORT}`,
      certificate: `${FOLDER}/server.crt`,
      privateKey: `${FOLDER}/server.key`,
      httpPort: 80,
      tlsPort: 443,
      profiles: { default: { description: "for tests", validityPeriod: VALIDITY_SECONDS } },
    },
  };
  await mkdir(folder, { recursive: true });
  const files = { "pebble.json": JSON.stringify(config), "server.crt": certificate, "server.key": key };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);

  let container: string | undefined;
  const started = () => {
    if (container === undefined) throw new Error("Pebble was not started");
    return container;
  };
  const root = () =>
    eventually(async () => {
      const address = await docker("port", started(), `${MANAGEMENT_PORT}/tcp`);
      return page(new URL(`https://${address}/roots/0`), authority.certificate);
    }, 20);
  return {
    directory: `https://${NAME}:${PORT}/dir`,
    ca: authority.certificate,
    async run({ network, site, labels }) {
      // Only its DNS answers: the other servers of that program would take Pebble's ports.
      const others = ["doh", "http01", "https01", "tlsalpn01"].map((server) => `-${server} ''`).join(" ");
      container = await docker(
        ...["run", "--detach", "--rm", ...labels, `--network=${network}`, `--network-alias=${NAME}`],
        ...[`--publish=127.0.0.1::${MANAGEMENT_PORT}`, `--volume=${folder}:${FOLDER}:ro`],
        ...[`--volume=${programs.pebble}:/bin/pebble:ro`, `--volume=${programs.dns}:/bin/dns:ro`],
        ...["--env=PEBBLE_VA_NOSLEEP=1", "--env=PEBBLE_WFE_NONCEREJECT=0", "--user=0:0", "--entrypoint=sh"],
        ...[parseConfig("foobar", "dev", {}).images.haproxy, "-c"],
        `dns -defaultIPv4 ${site} -defaultIPv6 '' -dnsserver :8053 ${others} &
        exec pebble -config ${FOLDER}/pebble.json -dnsserver 127.0.0.1:8053`,
      );
      await root();
    },
    root,
    stop: async () => void (await docker("stop", "--time=1", started())),
  };
}

function page(url: URL, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { ca, servername: NAME, timeout: 1_000 }, (answer) => text(answer).then(resolve, reject))
      .on("timeout", () => reject(new Error(`no answer from ${url}`)))
      .on("error", reject);
  });
}
