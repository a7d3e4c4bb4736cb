import { type Role, TRAFFIC, type Traffic } from "./choices.ts";
import type { ServerSettings } from "./schema.ts";

/** The servers that run a part of the site. */
export function serversWith(servers: readonly ServerSettings[], role: Role): ServerSettings[] {
  return servers.filter(({ roles }) => roles.includes(role));
}

/** A route of a request: the server whose Nginx takes it and the server whose application answers it. */
export interface Route {
  readonly web: ServerSettings;
  readonly application: ServerSettings;
}

const ROUTES_TO_AN_APPLICATION = 2;

/**
 * All routes that requests can take. A web server passes requests to the application beside it. Servers that have only
 * one of the two are crossed with each other, each application reached through two web servers: any server can be lost,
 * and the number of routes grows with the number of servers, not with its square.
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

/** A route is as open as the less open of its two ends. */
export function routeTraffic({ web, application }: Route): Traffic {
  return TRAFFIC[Math.max(TRAFFIC.indexOf(web.traffic), TRAFFIC.indexOf(application.traffic))] ?? "ready";
}
