import { LAST_RESORT } from "../loadBalancer/backends.ts";

/** The backend `web` of every load balancer. */
export const WEB_BACKEND = 'job="haproxy",proxy="web"';

/**
 * Ways to the servers, 1 where a load balancer finds it ready. Those of the last resort are up in any case, and count
 * among the backup servers that HAProxy has.
 */
export const READY = `haproxy_server_status{${WEB_BACKEND},state="UP",server!~"${LAST_RESORT}-.*"}`;
