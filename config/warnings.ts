import { widerThan } from "./blocks.ts";
import type { Config } from "./schema.ts";
import { addressIn } from "./subnets.ts";

/** What may be meant otherwise in a configuration without problems, each with the command that changes it. */
export function configWarnings({ project, stack, loadBalancer, networks: { edge } }: Config): string[] {
  const addresses = loadBalancer.trustedProxies?.addresses ?? [];
  const key = "loadBalancer.trustedProxies.addresses";
  return widerThan(edge, addresses).map(
    (
      block,
    ) => `${key} has ${block}, and ${addressIn(edge, 1)} in it is left out: all clients on the load balancer's host have that address, not proxies alone
    cure:      if a proxy on that host is to be trusted, add the host:
               pulumi config set --path '${project}:${key}' '${JSON.stringify([...addresses, "127.0.0.0/8"])}' --stack ${stack}`,
  );
}
