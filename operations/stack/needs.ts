import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import type { z } from "zod";
import { type HostSetting, isSameEndpoint } from "../../config/endpoints.ts";
import { hostSettings } from "../../config/hosts.ts";
import { type Settings, schema } from "../../config/schema.ts";
import { meantBy, withoutCiphers } from "../../config/shape.ts";
import type { Reach } from "../../engine/client.ts";
import { dockerDefault } from "../../engine/dockerDefault.ts";
import { certPathOf } from "../../topology/hosts.ts";
import { settingsIn, stackFile } from "./file.ts";
import { PROJECT, ROOT } from "./project.ts";

/** An engine of a stack. */
export interface EngineNeed extends Reach {
  /** The names of its hosts. */
  readonly hosts: readonly string[];
}

/** The settings that commands need before the program runs. */
export interface StackNeeds {
  readonly images: Settings["images"];
  /** Each engine once, that of the load balancer first. */
  readonly engines: readonly EngineNeed[];
}

/** Reads these settings from a stack's file. Defaults replace malformed settings, which the program reports later. */
export async function stackNeeds(stack: string, folder = ROOT): Promise<StackNeeds> {
  const settings = settingsIn(await readFile(stackFile(stack, folder), "utf8").catch(() => ""));
  const { images, loadBalancer, servers, mysql, engines } = schema.shape;
  const setting = <T>(part: z.ZodType<T>, key: string): T => {
    const result = part.safeParse(withoutCiphers(part, meantBy(part, settings[`${PROJECT}:${key}`])));
    return result.success ? result.data : part.parse(undefined);
  };
  const placed = {
    loadBalancer: setting(loadBalancer, "loadBalancer"),
    servers: setting(servers, "servers"),
    mysql: setting(mysql, "mysql"),
  };
  const given = { engines: setting(engines, "engines"), docker: dockerDefault(process.env, homedir()) };
  return {
    images: setting(images, "images"),
    engines: byEngine(hostSettings(placed, given.docker)).map((need) => ({
      ...need,
      certPath: certPathOf(given, need.endpoint),
    })),
  };
}

function byEngine(hosts: readonly HostSetting[]): Omit<EngineNeed, "certPath">[] {
  const first = hosts.filter(
    ({ endpoint }, place) => hosts.findIndex((other) => isSameEndpoint(other.endpoint, endpoint)) === place,
  );
  return first.map(({ endpoint }) => ({
    endpoint,
    hosts: hosts.flatMap((host) => (isSameEndpoint(host.endpoint, endpoint) ? [host.name] : [])),
  }));
}
