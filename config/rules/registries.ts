import { isRegistry } from "../kinds.ts";
import type { Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";

/** Rules for the logins to registries. */
export function registryChecks(registries: Settings["registries"]): Problem[] {
  return Object.keys(registries).flatMap((key): Problem[] => {
    if (isRegistry(key)) return [];
    const host = hostIn(key);
    return [
      {
        path: ["registries", key],
        complaint: "is no registry as the names of images begin with it",
        allowed: `a host, with its port if it has one, such as ${host ?? "registry.foobar.com"} or localhost:5000; docker.io for Docker Hub`,
      },
    ];
  });
}

/** The host in a registry's URL; undefined: there is none. */
function hostIn(key: string): string | undefined {
  const url = key.includes("://") ? key : `https://${key}`;
  if (!URL.canParse(url)) return undefined;
  const { host } = new URL(url);
  return isRegistry(host) ? host : undefined;
}
