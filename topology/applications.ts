import { drainSeconds } from "../config/loadBalancing.ts";
import type { Config } from "../config/schema.ts";
import type { RouterPlan } from "./databasePlan.ts";
import { attachments, servingAttachment } from "./links.ts";
import { serverNetwork } from "./networks.ts";
import type { ApplicationPlan } from "./plan.ts";
import { SIZES } from "./sizes.ts";

export function planApplications(config: Config, routers: readonly RouterPlan[]): ApplicationPlan[] {
  const { command, port, readinessPath } = config.application;
  return routers.map(({ server, address, ports }) => {
    const name = `app-${server}`;
    const listenAddress = `${name}.app`;
    return {
      name,
      host: server,
      server,
      listenAddress,
      image: config.images.application,
      attachments: [
        servingAttachment(name, serverNetwork("app", server), listenAddress),
        ...attachments(name, serverNetwork("router", server)),
      ],
      ...SIZES.application,
      port,
      drainSeconds: drainSeconds(config.loadBalancer.health),
      readinessPath,
      command,
      database: config.mysql.database,
      writeTo: { server, address, port: ports.write },
      readFrom: { server, address, port: ports.read },
    };
  });
}
