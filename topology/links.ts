import type { NetworkName } from "../config/choices.ts";
import type { Attachment, Upstream } from "./plan.ts";

export function attachments(alias: string, ...networks: NetworkName[]): Attachment[] {
  return networks.map((network) => ({ network, alias }));
}

export function upstream(plan: { readonly server: string; readonly name: string; readonly port: number }): Upstream {
  return { server: plan.server, address: plan.name, port: plan.port };
}
