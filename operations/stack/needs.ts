import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import type { z } from "zod";
import { hostSettings } from "../../config/hosts.ts";
import { type Settings, schema } from "../../config/schema.ts";
import { MONITORING_IMAGES } from "../../config/settings/images.ts";
import { meantBy, withoutCiphers } from "../../config/shape.ts";
import { dockerDefault } from "../../engine/dockerDefault.ts";
import { planHosts } from "../../topology/hosts.ts";
import { type MachinePlan, machinesOf } from "../../topology/machines.ts";
import { settingsIn, stackFile } from "./file.ts";
import { PROJECT, ROOT } from "./project.ts";

/** The settings that commands need before the program runs. */
export interface StackNeeds {
  /** The image of each setting. */
  readonly images: Settings["images"];
  /** Those that its containers run: without those of monitoring and of the log store, where they are off. */
  readonly usedImages: Partial<Settings["images"]>;
  /** Each engine once, that of the load balancer first. */
  readonly engines: readonly MachinePlan[];
}

/** Reads these settings from a stack's file. Defaults replace malformed settings, which the program reports later. */
export async function stackNeeds(stack: string, folder = ROOT): Promise<StackNeeds> {
  const settings = settingsIn(await readFile(stackFile(stack, folder), "utf8").catch(() => ""));
  const { images, monitoring, logs, loadBalancer, servers, mysql, engines } = schema.shape;
  const setting = <T>(part: z.ZodType<T>, key: string): T => {
    const result = part.safeParse(withoutCiphers(part, meantBy(part, settings[`${PROJECT}:${key}`])));
    return result.success ? result.data : part.parse(undefined);
  };
  const placed = {
    loadBalancer: setting(loadBalancer, "loadBalancer"),
    servers: setting(servers, "servers"),
    mysql: setting(mysql, "mysql"),
  };
  const docker = dockerDefault(process.env, homedir());
  const hosts = planHosts({ hosts: hostSettings(placed, docker), engines: setting(engines, "engines"), docker });
  const named = setting(images, "images");
  return {
    images: named,
    usedImages: usedImages({
      images: named,
      monitoring: setting(monitoring, "monitoring"),
      logs: setting(logs, "logs"),
    }),
    engines: machinesOf({ hosts }),
  };
}

/** The images that the containers of a stack run. */
export function usedImages({
  images,
  monitoring: { enabled, grafana },
  logs: { store },
}: {
  readonly images: Settings["images"];
  readonly monitoring: Pick<Settings["monitoring"], "enabled" | "grafana">;
  readonly logs: Pick<Settings["logs"], "store">;
}): StackNeeds["usedImages"] {
  const unused: readonly string[] = [
    ...(enabled ? (grafana ? [] : ["grafana"]) : MONITORING_IMAGES),
    ...(store === undefined ? ["victoriaLogs"] : []),
  ];
  return Object.fromEntries(Object.entries(images).filter(([key]) => !unused.includes(key)));
}
