import type { VisitorsPlan } from "../../topology/loadBalancerPlan.ts";
import { HEADERS_KB } from "../../topology/ports.ts";

/**
 * Rules for the form of requests. A program further inside could read an ambiguous request differently.
 */
export function requestRules({ unusualHeaders }: VisitorsPlan): string[] {
  return [
    "# The request line with its headers: Nginx and the application take as much.",
    "http-request set-var(txn.headers) req.hdrs,length",
    `http-request deny deny_status 431 if { url,length,add(txn.headers) gt ${HEADERS_KB * 1024} }`,
    'http-request deny deny_status 405 hdr Allow "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" if METH_TRACE || METH_CONNECT',
    "acl one_host req.hdr_cnt(host) eq 1",
    "acl proper_host req.fhdr(host) -m reg ^[][A-Za-z0-9._:~-]+$",
    "acl no_host req.hdr_cnt(host) eq 0",
    "http-request deny deny_status 400 unless one_host proper_host || HTTP_1.0 no_host",
    ...(unusualHeaders === "pass"
      ? []
      : ["http-request deny deny_status 400 if { req.hdr_names -m reg [^A-Za-z0-9,-] }"]),
  ];
}
