import { request } from "node:https";
import { isIPv4 } from "node:net";
import { siteName } from "../../../config/names.ts";
import type { LoadBalancerPlan } from "../../../topology/loadBalancerPlan.ts";
import { SECURE_SITE_PORT } from "../../../topology/ports.ts";

/** A place at which this machine reaches the site by HTTPS. */
export interface Door {
  readonly host: string;
  readonly port: number;
}

/**
 * Where this machine reaches the site, as visitors would: at the virtual addresses of a pair, else at the published ports.
 * @param isHere whether the engine of a host is this machine's, whose own addresses nobody else reaches
 */
export function doorsOf(loadBalancers: readonly LoadBalancerPlan[], isHere: (host: string) => boolean): Door[] {
  const [first] = loadBalancers;
  if (first === undefined || isClosed(first)) return [];
  const secure = ({ published }: LoadBalancerPlan) => published.find(({ serves }) => serves === "secureSite");
  if (first.vrrp !== undefined) {
    const port = first.isApart ? secure(first)?.port : SECURE_SITE_PORT;
    const isNear = first.isApart || isHere(first.host);
    return port === undefined || !isNear
      ? []
      : first.vrrp.instances.map(({ virtualAddress }) => ({ host: virtualAddress, port }));
  }
  return loadBalancers.flatMap((plan) => {
    const port = secure(plan);
    const host = port && hostOf(plan, port.address, isHere(plan.host));
    return port === undefined || host === undefined ? [] : [{ host, port: port.port }];
  });
}

/** Whether the load balancers take this machine for a proxy, whose connections begin with a prefix. */
export function isClosed({ visitors: { proxies, host } }: Pick<LoadBalancerPlan, "visitors">): boolean {
  return proxies?.protocol === "proxy" && proxies.addresses.includes(`${host}/32`);
}

/** Where a port that a load balancer publishes is reached from this machine; undefined: nowhere. */
export function hostOf(
  { hostAddress }: Pick<LoadBalancerPlan, "hostAddress">,
  address: string,
  isHere: boolean,
): string | undefined {
  if (isHere) return address === "0.0.0.0" ? "127.0.0.1" : address;
  if (address === "0.0.0.0") return hostAddress;
  return address.startsWith("127.") ? undefined : address;
}

/** Asks for a page as a visitor would; resolves to the status of the answer. The certificate is another source's matter. */
export function statusAt(door: Door, names: readonly string[], path: string, signal: AbortSignal): Promise<number> {
  const name = siteName(names);
  const host = name ?? door.host;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ host: door.host, port: door.port, path, signal, agent: false, rejectUnauthorized: false },
        servername: isIPv4(host) ? "" : host,
        headers: { host, "user-agent": "foobar-status" },
      },
      (response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      },
    );
    sent.on("error", reject);
    sent.end();
  });
}
