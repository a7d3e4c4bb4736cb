import { drainSeconds } from "../config/loadBalancing.ts";
import type { Config } from "../config/schema.ts";
import { attachments } from "./links.ts";
import type { ApplicationPlan, RouterPlan } from "./plan.ts";
import { SIZES } from "./sizes.ts";

export function planApplications(config: Config, routers: readonly RouterPlan[]): ApplicationPlan[] {
  const { command, port, readinessPath } = config.application;
  return routers.map(({ server, address, ports }) => {
    const name = `app-${server}`;
    return {
      name,
      host: server,
      server,
      image: config.images.application,
      attachments: attachments(name, "app", "router"),
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
