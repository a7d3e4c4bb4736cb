import { generateKeyPairSync } from "node:crypto";
import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Issued, issue } from "../app/test/certificates.ts";
import { acmePurpose, CHALLENGE_FILE, KEPT_CERTIFICATE, KEPT_FOLDER } from "../components/loadBalancer/acme.ts";
import { firstCertificate, thumbprint } from "../components/loadBalancer/acmeAccount.ts";
import { haproxyConfig } from "../components/loadBalancer/haproxyConfig.ts";
import { STATISTICS_AUTHORIZATION } from "../components/loadBalancer/statisticsFrontend.ts";
import { CERTIFICATE } from "../components/loadBalancer/tls.ts";
import { answerFiles, CONFIG_FOLDER } from "../components/loadBalancer/unavailable.ts";
import { parseConfig, rawSettings } from "../config/config.ts";
import { eventually } from "../engine/eventually.ts";
import { LOAD_BALANCER_CLIENT } from "../topology/ports.ts";
import { planTopology } from "../topology/topology.ts";
import { docker } from "./engine.ts";
import { type Pebble, preparePebble } from "./pebble.ts";
import { clientFiles } from "./secrets.ts";
import { createTestStack } from "./stacks.ts";
import { type Served, served } from "./tlsClient.ts";

const FILES = fileURLToPath(new URL("../components/loadBalancer/files/", import.meta.url));
const SECRETS = "/run/secrets";

/** An HAProxy that gets its certificate from Pebble, checked as in the stack. */
export interface AcmeHaproxy {
  /** The certificate that it serves to new connections, for clients that trust an authority (PEM). */
  served(authority: string): Promise<Served>;
  /** The answer at a path of its port 80, for a host. */
  ask(path: string, host: string): Promise<Response>;
  logs(): Promise<string>;
  /** Waits until its check, which asks for certificates, has succeeded. */
  checked(): Promise<void>;
  /** The first line of the file that keeps the certificate. */
  kept(): Promise<string>;
}

export interface AcmeStage {
  readonly pebble: Pebble;
  readonly thumbprint: string;
  /** The stack's own authority, which signs the first certificate. */
  readonly authority: Issued;
  /** Replaces the HAProxy by one for other names; the volume stays. */
  play(...names: string[]): Promise<AcmeHaproxy>;
  remove(): Promise<void>;
}

export async function createAcmeStage(): Promise<AcmeStage> {
  const { name, folder: home, slot, labels, remove } = await createTestStack();
  await chmod(home, 0o755);
  const edge = slot.prefix(0);
  const site = `${edge}.11`;
  await docker("network", "create", ...labels, `--subnet=${edge}.0/24`, name);
  await docker("volume", "create", ...labels, name);
  const pebble = await preparePebble(join(home, "pebble"));
  await pebble.run({ network: name, site, labels });
  const authority = issue("authority");
  const account = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const accountKey = account.export({ type: "sec1", format: "pem" }).toString();
  await writeFile(join(home, "ca.pem"), pebble.ca);

  let haproxy: string | undefined;
  return {
    pebble,
    thumbprint: thumbprint(accountKey),
    authority,
    async play(...names) {
      if (haproxy !== undefined) await docker("rm", "--force", haproxy);
      const acme = {
        email: "admin@foobar.com",
        acceptTerms: true,
        directory: pebble.directory,
        ca: join(home, "ca.pem"),
      };
      const settings = {
        "foobar:names": names,
        "foobar:networks": { edge: `${edge}.0/24` },
        "foobar:loadBalancer": { address: "0.0.0.0", port: 80, tls: { acme } },
      };
      const [plan] = planTopology(parseConfig("foobar", "stage", rawSettings(settings))).loadBalancers;
      if (plan?.site.acme === undefined) throw new Error("the plan has no ACME");
      const { certificate, key } = issue(names[0] ?? "", authority);
      const files: Readonly<Record<string, Readonly<Record<string, string>>>> = {
        config: { "haproxy.cfg": haproxyConfig(plan), "acme-ca.pem": pebble.ca },
        secrets: {
          "site.pem": firstCertificate(certificate + key),
          "acme-account.key": accountKey,
          ...clientFiles(authority, issue(LOAD_BALANCER_CLIENT, authority)),
          [STATISTICS_AUTHORIZATION]: "Basic YWRtaW46eA==\n",
          [CHALLENGE_FILE]: `%[path,field(-1,/)].${thumbprint(accountKey)}\n`,
        },
      };
      for (const [folder, texts] of Object.entries(files)) {
        await mkdir(join(home, folder), { recursive: true });
        for (const [file, text] of Object.entries(texts)) await writeFile(join(home, folder, file), text);
      }
      for (const [name, text] of Object.entries(answerFiles(plan.visitors))) {
        await writeFile(join(home, "config", name), text);
      }
      for (const file of ["health.sh", "acme.sh", "acmeStart.sh"]) {
        await copyFile(join(FILES, file), join(home, "config", file));
      }
      const check = `bash ${CONFIG_FOLDER}/health.sh ${CERTIFICATE} ${KEPT_CERTIFICATE} '${acmePurpose(plan.site.acme, plan.site.names)}'`;
      const id = await docker(
        ...["run", "--detach", ...labels, `--network=${name}`, `--ip=${site}`, "--read-only", "--cap-drop=ALL"],
        ...["--user=99:99", "--publish=127.0.0.1::80", "--publish=127.0.0.1::443", `--health-cmd=${check}`],
        ...["--health-interval=1s", "--tmpfs=/run/haproxy:uid=99,gid=99", `--volume=${name}:${KEPT_FOLDER}`],
        ...[`--volume=${join(home, "config")}:${CONFIG_FOLDER}:ro`, `--volume=${join(home, "secrets")}:${SECRETS}:ro`],
        ...[plan.haproxy.image, "bash", `${CONFIG_FOLDER}/acmeStart.sh`, KEPT_CERTIFICATE, `${SECRETS}/site.pem`],
        ...["docker-entrypoint.sh", "haproxy", "-f", `${CONFIG_FOLDER}/haproxy.cfg`],
      );
      haproxy = id;
      const address = async (port: number) => new URL(`tcp://${await docker("port", id, `${port}/tcp`)}`);
      return {
        served: async (authority) => served(await address(443), names[0] ?? "", authority),
        ask: async (path, host) =>
          fetch(`http://${(await address(80)).host}${path}`, {
            headers: { host },
            redirect: "manual",
            signal: AbortSignal.timeout(2_000),
          }),
        logs: () => docker("logs", id),
        checked: () =>
          eventually(async () => {
            const health = await docker("inspect", "--format={{.State.Health.Status}}", id);
            if (health !== "healthy") throw new Error(`HAProxy is ${health}`);
          }, 20),
        kept: async () => (await docker("exec", id, "head", "-n1", KEPT_CERTIFICATE)).trim(),
      };
    },
    remove,
  };
}
