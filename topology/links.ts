import type { Attachment, Upstream } from "./instancePlan.ts";

export function attachments(alias: string, ...networks: string[]): Attachment[] {
  return networks.map((network) => ({ network, alias }));
}

/** The attachment to the network that a container serves, in which its listeners have a name. */
export function servingAttachment(alias: string, network: string, listensAs: string): Attachment {
  return { network, alias, listensAs };
}

export function upstream(plan: { readonly server: string; readonly name: string; readonly port: number }): Upstream {
  return { server: plan.server, address: plan.name, port: plan.port };
}
