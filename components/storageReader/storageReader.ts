import { readFileSync } from "node:fs";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { stackLabels } from "../../engine/labels.ts";
import type { StorageReaderPlan } from "../../topology/databasePlan.ts";
import type { Storage } from "../appTier/storage.ts";
import { configFiles } from "../files.ts";
import { hostOf } from "../host.ts";
import { openSeed } from "../openSeed.ts";
import { Service } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";

/** The folder in which the container of the backups asks for the files. */
export const EXCHANGE_FOLDER = "/exchange";
/** The folder of the reader's scripts. */
export const READER_SCRIPTS = "/etc/storage";
/** The storages are in it, by name. */
export const STORAGES_FOLDER = "/storage";

/** The volume by which the reader and the container of the backups talk: the files pass through its pipes. */
export type Exchange = Pick<Storage, "volume" | "path" | "seed">;

/** Makes the volume of the exchange. */
export function exchange(
  { identity, hosts }: Pick<TierArgs, "identity" | "hosts">,
  { name, host: hostName, image }: StorageReaderPlan,
  parent: pulumi.Resource,
): Exchange {
  const host = hostOf(hosts, hostName);
  // Its name does not begin with a container's, because it belongs to two.
  const own = name.replace("reader", "exchange");
  const volume = new docker.Volume(
    own,
    { labels: stackLabels(identity) },
    { parent, provider: host.provider, ignoreChanges: ["labels"] },
  );
  return { volume, path: EXCHANGE_FOLDER, seed: openSeed(own, { identity, host, image, volume }, parent) };
}

export interface StorageReaderArgs extends TierArgs {
  readonly plan: StorageReaderPlan;
  readonly exchange: Exchange;
  /** The storages by host. */
  readonly storages: ReadonlyMap<string, readonly Storage[]>;
}

/**
 * Reads the application's storages for the backups. Their files belong to any users, so it is root with the one capability
 * to read everything; in return it has neither a network nor keys, and can write to nothing but the exchange.
 */
export class StorageReader extends pulumi.ComponentResource {
  readonly services: readonly Service[];

  constructor(name: string, args: StorageReaderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:StorageReader", name, {}, opts);
    this.services = [this.#service(args)];
    this.registerOutputs({});
  }

  #service(args: StorageReaderArgs): Service {
    const { plan } = args;
    const storages = (args.storages.get(plan.host) ?? []).map(({ name, volume, seed }) => ({
      volume,
      seed,
      path: `${STORAGES_FOLDER}/${name}`,
      readOnly: true,
    }));
    return new Service(
      plan.name,
      {
        ...placement(args, plan),
        networks: "none",
        user: "0:0",
        capabilities: ["CAP_DAC_READ_SEARCH"],
        command: ["bash", `${READER_SCRIPTS}/reader.sh`],
        files: [configFiles(READER_SCRIPTS, readerScripts())],
        storage: [args.exchange, ...storages],
        scratch: { "/tmp": 16 },
        cpuShares: 256,
        healthcheck: { check: ["test", "-e", "/tmp/ready"], startPeriod: 30 },
        stopGrace: 10,
        init: true,
      },
      { parent: this },
    );
  }
}

/** The scripts that the container runs, by name. */
export function readerScripts(): Record<string, string> {
  const read = (name: string) => readFileSync(new URL(`files/${name}`, import.meta.url), "utf8");
  return { "reader.sh": read("reader.sh"), "unpack.sh": read("unpack.sh") };
}
