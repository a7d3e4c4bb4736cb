import { readFileSync } from "node:fs";
import { basename } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import { LOAD_BALANCER_CLIENT, STATISTICS_PORT } from "../../topology/ports.ts";
import { type Authority, fingerprints, type IssuedCertificate } from "../certificates.ts";
import type { ErrorFiles } from "../errorFiles.ts";
import { configFiles, liveFiles, type MountedFiles, secretFiles } from "../files.ts";
import { hostOf } from "../host.ts";
import { createPassword, type Password } from "../passwords.ts";
import { Service, type Waits } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";
import { clientSecrets } from "../tlsFiles.ts";
import { acmeAccount } from "./acmeAccount.ts";
import { ACME_SCRIPTS, type AcmeParts, acmeParts } from "./acmeParts.ts";
import { haproxyConfig, stopSeconds } from "./haproxyConfig.ts";
import { keepalivedImage, keepalivedImageOf } from "./keepalived/image.ts";
import { type Hold, inPause, onHost, type Program } from "./keepalived/program.ts";
import { PEER_CERTIFICATE } from "./peers.ts";
import type { SiteCertificate } from "./siteCertificate.ts";
import { STATISTICS_AUTHORIZATION, STATISTICS_USER } from "./statisticsFrontend.ts";
import { CERTIFICATE_FILE } from "./tls.ts";
import { answerFiles, CONFIG_FOLDER } from "./unavailable.ts";

export interface LoadBalancerArgs extends TierArgs {
  readonly plans: readonly LoadBalancerPlan[];
  readonly certificate: SiteCertificate;
  /** The user's pages for errors. */
  readonly errorFiles: ErrorFiles;
  /** Whether `pulumi destroy` keeps the password of the statistics, and what ACME needs: its account and the certificates. */
  readonly protect: boolean;
  /** Signs the certificate by which web servers know the load balancers. */
  readonly authority: Authority;
  /** The generation of the statistics' password. */
  readonly generation: number;
  /** Services that are released before the first load balancer. */
  readonly after: readonly Service[];
}

const CONFIG_FILE = `${CONFIG_FOLDER}/haproxy.cfg`;

/**
 * A pause container that is replaced cuts the connections of its load balancer. So the words that its definition has
 * had from the beginning stay: these two, and the text of pause.sh and of keepalived's start.sh, comments included.
 */
const FALLBACK_KIND = "spare";
const HOLD: Hold = {
  name: "hold",
  text: readFileSync(new URL("files/pause.sh", import.meta.url), "utf8"),
  arguments: [String(STATISTICS_PORT), CONFIG_FILE],
};

/**
 * Succeeds if the pause container's script has noted the time within the last 5 s. It does while the script watches, and
 * either HAProxy or its fallback listens or 10 s have not yet passed without both. It starts no process.
 */
const WATCHED = "read -r noted </run/haproxy/watched && printf -v now '%(%s)T' -1 && [ $((now - noted)) -le 5 ]";

/** When CPU is short the load balancer comes first: all requests wait for it, and its peer would take it for dead. */
const CPU_SHARES = 8192;

/**
 * When an HAProxy closes its sockets, connections that wait to be accepted go to its successor. This needs Linux 5.14,
 * which the preflight requires.
 */
const HAND_OVER = { "net.ipv4.tcp_migrate_req": "1" } as const;

/** Each of a pair listens on the virtual addresses, and has them only while it is the healthy one. */
const ANY_ADDRESS = { "net.ipv4.ip_nonlocal_bind": "1" } as const;

/**
 * HAProxy: the only container that clients reach.
 *
 * A pause container owns the network namespace with the addresses and the published ports; HAProxy joins it. A changed
 * HAProxy starts beside the old one on the same ports (SO_REUSEPORT). The old one stops when the new one is healthy,
 * and finishes the requests that it has begun: no connection is lost, and a configuration that HAProxy refuses changes
 * nothing. While HAProxy is missing, the pause container runs a fallback HAProxy. In a pair it also runs keepalived.
 */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly services: readonly Service[];
  /** Of the user `admin` of the statistics. */
  readonly password: Password;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:LoadBalancer", name, {}, opts);
    const certificate = args.authority.issue(LOAD_BALANCER_CLIENT, { use: "client" }, { parent: this });
    const account = acmeAccount({ parent: this, protect: args.protect });
    const password = createPassword("statistics-password", {
      parent: this,
      protect: args.protect,
      generation: args.generation,
    });
    this.password = password;
    const services: Service[] = [];
    args.roll(args.plans, { releasedFirst: args.after }, (plan, waits) => {
      const image = plan.vrrp && this.#image(plan, args);
      const isInPause = plan.vrrp !== undefined && image !== undefined && !plan.vrrp.isOnHost;
      const program = isInPause ? inPause(plan.vrrp, image, HOLD) : waiting();
      const peer = plan.isApart ? this.#peer(plan, args) : undefined;
      const acme = acmeParts(plan, { ...args, account, first: args.certificate.pem }, this);
      const files: Files = {
        config: {
          "haproxy.cfg": haproxyConfig(plan, args.errorFiles),
          ...answerFiles(plan.visitors, args.errorFiles),
          ...acme?.config,
        },
        secrets: secretFiles({
          ...clientSecrets(args.authority, certificate),
          [CERTIFICATE_FILE]: args.certificate.pem,
          [STATISTICS_AUTHORIZATION]: authorization(password),
          ...(peer && { [basename(PEER_CERTIFICATE)]: pulumi.concat(peer.certificate, peer.key) }),
          ...acme?.secrets,
        }),
        acme,
        read: {
          CERTIFICATE_SHA256: args.certificate.fingerprint,
          CERTIFICATES_SHA256: fingerprints(
            args.authority.trusted,
            certificate.certificate,
            ...(peer ? [peer.certificate] : []),
          ),
          STATISTICS_PASSWORD_VERSION: password.version,
        },
      };
      const pause = this.#pause(plan, args, files, { ...program, ...waits });
      const haproxy = this.#haproxy(plan, args, files, pause, waits);
      const keepalived = this.#keepalived(plan, args, image, [haproxy]);
      services.push(pause, haproxy, ...(keepalived === undefined ? [] : [keepalived]));
      return keepalived ?? haproxy;
    });
    this.services = services;
    this.registerOutputs({});
  }

  /** keepalived in the host's network. It counts HAProxy's health, so it comes after HAProxy. */
  #keepalived(
    { keepalived, vrrp }: LoadBalancerPlan,
    args: LoadBalancerArgs,
    image: pulumi.Output<string> | undefined,
    after: readonly Service[],
  ): Service | undefined {
    if (keepalived === undefined || vrrp === undefined || image === undefined) return undefined;
    const { files = [], ...program } = onHost(vrrp, image);
    return new Service(
      keepalived.name,
      {
        ...placement(args, keepalived),
        ...program,
        files,
        networks: "host",
        stopGrace: 5,
        cpuShares: CPU_SHARES,
        init: true,
        after,
      },
      { parent: this },
    );
  }

  /** The certificate by which a load balancer of two machines serves the other its table of clients. */
  #peer({ name }: LoadBalancerPlan, { authority }: LoadBalancerArgs): IssuedCertificate {
    return authority.issue(`${name}-peer`, { use: "server", dnsNames: [name] }, { parent: this });
  }

  #pause(
    plan: LoadBalancerPlan,
    args: LoadBalancerArgs,
    { config, secrets, acme }: Files,
    { files = [], ...program }: Program & Waits,
  ): Service {
    return new Service(
      plan.pause.name,
      {
        ...placement(args, plan.pause),
        ...program,
        // The fallback HAProxy reads all of them when it starts, so they change while the pause container runs.
        files: [...files, liveFiles(FALLBACK_KIND, CONFIG_FOLDER, config), secrets],
        ...(acme === undefined ? {} : { data: { ...acme.data, readOnly: true } }),
        published: plan.published,
        stopGrace: 5,
        cpuShares: CPU_SHARES,
        sysctls: { ...HAND_OVER, ...(plan.vrrp === undefined || plan.vrrp.isOnHost ? {} : ANY_ADDRESS) },
        init: true,
      },
      { parent: this },
    );
  }

  #haproxy(
    plan: LoadBalancerPlan,
    args: LoadBalancerArgs,
    { config, secrets, read, acme }: Files,
    pause: Service,
    { filesAfter = [], liveFilesAfter = [] }: Waits,
  ): Service {
    return new Service(
      plan.haproxy.name,
      {
        ...placement(args, plan.haproxy),
        networks: pause,
        user: "99:99",
        command: [...(acme?.starter ?? []), "haproxy", "-f", CONFIG_FILE],
        environment: { ...read, ...acme?.environment },
        files: [configFiles(CONFIG_FOLDER, { ...config, ...scripts(acme) }), secrets],
        ...(acme === undefined ? {} : { data: acme.data }),
        scratch: { "/run/haproxy": 1 },
        healthcheck: {
          check: ["bash", `${CONFIG_FOLDER}/health.sh`, ...(acme?.keeping ?? [])],
          startPeriod: 10,
        },
        stopGrace: stopSeconds(plan) + 5,
        cpuShares: CPU_SHARES,
        replacement: "start-first",
        after: [pause],
        filesAfter,
        liveFilesAfter,
      },
      { parent: this },
    );
  }

  /** keepalived's image on the engine of the pause container's host, named after that container. */
  #image(plan: LoadBalancerPlan, args: LoadBalancerArgs): pulumi.Output<string> {
    const { provider } = hostOf(args.hosts, plan.pause.host);
    const own = { parent: this, provider };
    const image = keepalivedImageOf(plan.pause.image, plan.vrrp?.isOnHost === true);
    return keepalivedImage(`${plan.pause.name}-keepalived`, image, own).imageId;
  }
}

/** What both HAProxy and its fallback read. */
interface Files {
  readonly config: Readonly<Record<string, string>>;
  readonly secrets: MountedFiles;
  /** Public values that change with the secrets: HAProxy reads those only when it starts. */
  readonly read: Readonly<Record<string, pulumi.Output<string>>>;
  readonly acme: AcmeParts | undefined;
}

/** HAProxy's scripts. */
function scripts(acme: AcmeParts | undefined): Record<string, string> {
  const names = ["health.sh", ...(acme === undefined ? [] : ACME_SCRIPTS)];
  return Object.fromEntries(names.map((name) => [name, file(name)]));
}

/** The header by which a client shows that it knows the password. */
function authorization({ value }: Password): pulumi.Output<string> {
  return value.apply((text) => `Basic ${Buffer.from(`${STATISTICS_USER}:${text}`).toString("base64")}\n`);
}

/**
 * Waits, and runs the fallback HAProxy when needed. The script is in the command: another one replaces the container.
 */
function waiting(): Program {
  return {
    user: "99:99",
    command: ["bash", "-c", HOLD.text, HOLD.name, ...HOLD.arguments],
    scratch: { "/run/haproxy": 1 },
    healthcheck: { check: ["bash", "-c", WATCHED], startPeriod: 10 },
  };
}

function file(name: string): string {
  return readFileSync(new URL(`files/${name}`, import.meta.url), "utf8");
}
