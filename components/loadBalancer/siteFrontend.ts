import type { LoadBalancerPlan } from "../../topology/plan.ts";
import { SITE_PORT } from "../../topology/ports.ts";
import { NO_SERVER } from "./unavailable.ts";

/** Seconds in which a client has to send its body, or as much of it as HAProxy holds; then it gets a 408. */
const BODY_SECONDS = 10;

/** Where visitors' requests arrive. */
export function siteFrontend({ listenAddresses }: LoadBalancerPlan): string {
  return `frontend site
${listenAddresses.map((address) => `    bind ${address}:${SITE_PORT}`).join("\n")}
    # Headers that a client could forge are replaced.
    http-request del-header X-Forwarded-For
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Request-ID %[uuid()]
    option forwardfor
    # A route is chosen when the body is there: a body that arrives slowly could outlive the chosen server, and a request
    # with a missing part cannot take another route. A body that is too large to wait for is passed on as it comes.
    http-request wait-for-body time ${BODY_SECONDS}s if { req.body_size gt 0 } || { req.hdr(transfer-encoding) -m found }
    http-response return status 503 ${NO_SERVER} if { status 421 }
    use_backend last-resort if { nbsrv(web) eq 0 }
    default_backend web`;
}
