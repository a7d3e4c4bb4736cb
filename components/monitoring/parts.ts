import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { stackLabels } from "../../engine/labels.ts";
import type { PrometheusPlan } from "../../topology/monitoringPlan.ts";
import type { Healthcheck } from "../healthcheck.ts";
import { hostOf } from "../host.ts";
import type { ServiceArgs } from "../service.ts";
import type { TierArgs } from "../tier.ts";

/** The user of Prometheus's images, and of the log store. */
export const NOBODY = "65534:65534";

/** Nobody waits for what watches, so that it is checked more seldom: each check costs more than the programs do at rest. */
export const SELDOM = { pause: 15 } as const;

/** The check by an image that has busybox alone. */
export function serves(url: string): Healthcheck {
  return { check: ["wget", "-q", "-O", "/dev/null", url], startPeriod: 30, shell: "sh", ...SELDOM };
}

/** The volume with a program's data. Its name is fixed, so that it is found again when the program is switched off and on. */
export function dataOf(
  { name, host, volume: engineName }: Pick<PrometheusPlan, "name" | "host" | "volume">,
  path: string,
  { hosts, identity, protect }: Pick<TierArgs, "hosts" | "identity"> & { readonly protect: boolean },
  parent: pulumi.Resource,
): NonNullable<ServiceArgs["data"]> {
  const { provider } = hostOf(hosts, host);
  const volume = new docker.Volume(
    `${name}-data`,
    { name: engineName, labels: stackLabels(identity) },
    { parent, provider, retainOnDelete: protect, ignoreChanges: ["labels"] },
  );
  return { volume, path };
}

/** The port of a program's own page, for the host alone: it asks for no password. */
export function publishedAt(
  { port }: Pick<PrometheusPlan, "port">,
  target: number,
): NonNullable<ServiceArgs["published"]> {
  return port === undefined ? [] : [{ address: "127.0.0.1", port, target, protocol: "tcp" }];
}

/** The address by which links in messages lead to it; where it is not published, there is none. */
export function externalUrl({ port }: PrometheusPlan): string[] {
  return port === undefined ? [] : [`--web.external-url=http://127.0.0.1:${port}`];
}
