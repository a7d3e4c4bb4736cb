import { posix } from "node:path";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { stackLabels } from "../../engine/labels.ts";
import type { LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import { SECRETS_FOLDER } from "../files.ts";
import { hostOf } from "../host.ts";
import { IS_CERTIFICATE, pemBlocks, pemText } from "../pem.ts";
import type { ServiceArgs } from "../service.ts";
import type { TierArgs } from "../tier.ts";
import { acmePurpose, DIRECTORY_AUTHORITY_FILE, KEPT_CERTIFICATE, KEPT_FOLDER } from "./acme.ts";
import { type AcmeAccount, accountSecrets, firstCertificate, publicThumbprint } from "./acmeAccount.ts";
import { CERTIFICATE, CERTIFICATE_FILE } from "./tls.ts";
import { CONFIG_FOLDER } from "./unavailable.ts";

/** What a load balancer has in addition if it gets its certificate by ACME. */
export interface AcmeParts {
  /** Configuration files of HAProxy and its fallback. */
  readonly config: Readonly<Record<string, string>>;
  /** Their secrets. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  /** The volume with the certificate. */
  readonly data: NonNullable<ServiceArgs["data"]>;
  /** Words before HAProxy's command: a script that gives it a certificate to start with. */
  readonly starter: readonly string[];
  readonly environment: NonNullable<ServiceArgs["environment"]>;
  /** Arguments of HAProxy's health check, which then also keeps and renews the certificate. */
  readonly keeping: readonly string[];
}

/** The scripts of an HAProxy that gets its certificate by ACME. */
export const ACME_SCRIPTS = ["acme.sh", "acmeStart.sh"] as const;

export interface AcmePartsArgs extends TierArgs {
  readonly account: AcmeAccount;
  /** The certificate until the first one of ACME: certificate, chain and key. */
  readonly first: pulumi.Output<string>;
  /** Whether the volume stays on the engine when the stack is removed. */
  readonly protect: boolean;
}

/** @returns undefined: the load balancer gets no certificate by ACME */
export function acmeParts(
  { name, host, site, certificateVolume }: LoadBalancerPlan,
  { account, first, protect, ...args }: AcmePartsArgs,
  parent: pulumi.Resource,
): AcmeParts | undefined {
  const { names, acme } = site;
  if (acme === undefined) return undefined;
  const { provider } = hostOf(args.hosts, host);
  const volume = new docker.Volume(
    `${name}-certificate`,
    { name: certificateVolume, labels: stackLabels(args.identity) },
    { parent, provider, retainOnDelete: protect, ignoreChanges: ["labels"] },
  );
  return {
    config:
      acme.ca === undefined ? {} : { [DIRECTORY_AUTHORITY_FILE]: pemBlocks(pemText(acme.ca), IS_CERTIFICATE).join("") },
    secrets: { ...accountSecrets(account), [CERTIFICATE_FILE]: first.apply(firstCertificate) },
    data: { volume, path: KEPT_FOLDER },
    starter: [
      ...["bash", posix.join(CONFIG_FOLDER, "acmeStart.sh")],
      ...[KEPT_CERTIFICATE, posix.join(SECRETS_FOLDER, CERTIFICATE_FILE), "docker-entrypoint.sh"],
    ],
    environment: { ACME_ACCOUNT: publicThumbprint(account.key) },
    keeping: [CERTIFICATE, KEPT_CERTIFICATE, acmePurpose(acme, names)],
  };
}
