import { applicationKind } from "../config/applicationKind.ts";
import { drainSeconds } from "../config/loadBalancing.ts";
import { routes, serversWith } from "../config/routes.ts";
import type { Config } from "../config/schema.ts";
import type { ApplicationPlan } from "./applicationPlan.ts";
import { attachments, servingAttachment, upstream } from "./links.ts";
import { serverNetwork } from "./networks.ts";
import type { WebPlan, WebStatusPlan } from "./plan.ts";
import { LOAD_BALANCER_CLIENT, WEB_PORT } from "./ports.ts";
import { planReadiness } from "./program.ts";
import { SIZES } from "./sizes.ts";
import { metricsPath } from "./watchers.ts";

/** What the sample application says about itself. Of an own application the program does not know such paths. */
const SAMPLE_HIDDEN = ["/livez", "/readyz"];

export function planWeb(config: Config, applications: readonly ApplicationPlan[]): WebPlan[] {
  const all = routes(config.servers);
  return serversWith(config.servers, "web").map(({ name: server }) => {
    const name = `web-${server}`;
    const listenAddress = `${name}.web`;
    const reached = all.filter(({ web }) => web.name === server).map(({ application }) => application.name);
    return {
      name,
      host: server,
      server,
      listenAddress,
      image: config.images.nginx,
      attachments: [
        servingAttachment(name, "web", listenAddress),
        ...attachments(name, ...reached.map((other) => serverNetwork("app", other))),
      ],
      ...SIZES.web,
      listeners: reached
        .flatMap((other) => applications.filter((application) => application.server === other))
        .map((application, index) => ({ port: WEB_PORT + index, upstream: upstream(application) })),
      readinessPath: config.application.readinessPath,
      keepsConnections: isSample(config),
      drainSeconds: drainSeconds(config.loadBalancer.health),
      limits: config.web,
      hiddenPaths: hiddenPaths(config),
      staticPath: hasStaticFiles(config) ? config.application.staticPath : undefined,
      trustedSubnet: config.networks.web,
      client: LOAD_BALANCER_CLIENT,
      status: planStatus(config, server, reached),
    };
  });
}

/** Of several web servers that reach an application, the first passes its figures on. */
function planStatus(config: Config, web: string, reached: readonly string[]): WebStatusPlan | undefined {
  if (!config.monitoring.enabled) return undefined;
  const path = metricsPath(config);
  const { host } = planReadiness(config);
  const first = (server: string) => routes(config.servers).find(({ application }) => application.name === server);
  const own = reached.filter((server) => first(server)?.web.name === web);
  return { applications: path === undefined ? [] : own.map((server) => ({ server, path, host })) };
}

function hiddenPaths(config: Config): string[] {
  const bare = config.application.hiddenPaths.map((path) => path.replace(/\/+/g, "/").replace(/\/$/, ""));
  return [...new Set([...(isSample(config) ? SAMPLE_HIDDEN : []), ...bare])];
}

/** Whether there are static files: the user's, or those of the sample application. */
function hasStaticFiles(config: Config): boolean {
  return config.application.staticFiles !== undefined || isSample(config);
}

function isSample({ application, images }: Config): boolean {
  return applicationKind(application, images) === "sample";
}
