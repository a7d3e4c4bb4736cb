import { z } from "zod";
import type { NetworkName } from "./choices.ts";
import type { DockerDefault, HostSetting } from "./endpoints.ts";
import { application } from "./settings/application.ts";
import { engines } from "./settings/engines.ts";
import { images } from "./settings/images.ts";
import { loadBalancer } from "./settings/loadBalancer.ts";
import { logs } from "./settings/logs.ts";
import { monitoring } from "./settings/monitoring.ts";
import { mysql } from "./settings/mysql.ts";
import { names } from "./settings/names.ts";
import { networks } from "./settings/networks.ts";
import { policies } from "./settings/policies.ts";
import { registries } from "./settings/registries.ts";
import { secrets } from "./settings/secrets.ts";
import { servers } from "./settings/servers.ts";
import { web } from "./settings/web.ts";

/**
 * Every setting of the program, with its default and its description. The top-level keys are those of `pulumi config`.
 * `npm run settings` generates Pulumi.yaml, docs/configuration.md and stack.schema.json from it.
 */
export const schema = z.strictObject({
  servers,
  names,
  loadBalancer,
  application,
  web,
  mysql,
  monitoring,
  logs,
  networks,
  engines,
  images,
  registries,
  policies,
  secrets,
});

export type Settings = z.output<typeof schema>;
export type ServerSettings = Settings["servers"][number];
/** A secret that `npm run rotate` replaces. */
export type SecretName = Exclude<keyof Settings["secrets"], "authority">;
export type ImageName = keyof Settings["images"];

/** The stack's configuration: complete, and free of contradictions. */
export interface Config extends Omit<Settings, "networks"> {
  readonly project: string;
  readonly stack: string;
  /** The subnet of each network. */
  readonly networks: Readonly<Record<NetworkName, string>>;
  /** The settings that the subnets come from. */
  readonly networkSettings: Settings["networks"];
  /** The engine of hosts without a setting. */
  readonly docker: DockerDefault;
  readonly hosts: readonly HostSetting[];
}
