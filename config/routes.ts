import { type Role, TRAFFIC, type Traffic } from "./choices.ts";
import type { ServerSettings } from "./schema.ts";

/** The servers with a role. */
export function serversWith(servers: readonly ServerSettings[], role: Role): ServerSettings[] {
  return servers.filter(({ roles }) => roles.includes(role));
}

/** A request's route: the server whose Nginx receives it and the server whose application answers it. */
export interface Route {
  readonly web: ServerSettings;
  readonly application: ServerSettings;
}

const ROUTES_TO_AN_APPLICATION = 2;

/**
 * All routes that requests can take. A web server passes requests to the application on its own server. Servers that
 * have only one of the two roles are combined with each other, so that two web servers reach each application: any
 * server can be lost, and the number of routes grows with the number of servers, not with its square.
 */
export function routes(servers: readonly ServerSettings[]): Route[] {
  const web = serversWith(servers, "web");
  const applications = serversWith(servers, "app");
  const whole = web.filter(({ roles }) => roles.includes("app"));
  const webOnly = web.filter(({ roles }) => !roles.includes("app"));
  const applicationOnly = applications.filter(({ roles }) => !roles.includes("web"));
  return [
    ...whole.map((server) => ({ web: server, application: server })),
    ...(webOnly.length + applicationOnly.length === 0
      ? []
      : crossed(webOnly.length > 0 ? webOnly : web, applicationOnly.length > 0 ? applicationOnly : applications)),
  ];
}

function crossed(web: readonly ServerSettings[], applications: readonly ServerSettings[]): Route[] {
  const found = new Map<string, Route>();
  for (let shift = 0; shift < ROUTES_TO_AN_APPLICATION; shift++) {
    for (let index = 0; index < Math.max(web.length, applications.length); index++) {
      const from = web[(index + shift) % web.length];
      const to = applications[index % applications.length];
      if (from && to) found.set(`${from.name} ${to.name}`, { web: from, application: to });
    }
  }
  return [...found.values()];
}

export function routeName({ web, application }: Route): string {
  return web.name === application.name ? web.name : `${web.name}-${application.name}`;
}

/** A route's traffic is that of its more restricted server. */
export function routeTraffic({ web, application }: Route): Traffic {
  return TRAFFIC[Math.max(TRAFFIC.indexOf(web.traffic), TRAFFIC.indexOf(application.traffic))] ?? "ready";
}
