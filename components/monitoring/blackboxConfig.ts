import type { ProbePlan } from "../../topology/monitoringPlan.ts";
import { yaml } from "./prometheus/rules.ts";

/** The blackbox exporter's folder of configuration in its container. */
export const BLACKBOX_FOLDER = "/etc/blackbox_exporter";

/** The ways of asking: for a page of the site, and for the certificates of TLS servers and of MySQL. */
export type ProbeModule = "site" | "tls" | "mysql";

/** Answers that show that the application works: success, a redirect, and the refusal of one who asks too often. */
const ANSWERS = [200, 201, 202, 203, 204, 206, 301, 302, 303, 307, 308, 429];

/** Certificates have alerts of their own, and nothing secret is sent. */
const UNVERIFIED = { insecure_skip_verify: true };

/**
 * The request by which a client of MySQL begins TLS: 32 bytes with the protocol's flags, in a packet of its own. The
 * exporter ends what it sends with a newline, which stands for the last of the bytes that are not used.
 */
const MYSQL_TLS_REQUEST = Buffer.concat([
  Buffer.from([0x20, 0x00, 0x00, 0x01]),
  Buffer.from([0x00, 0x0a, 0x00, 0x00]),
  Buffer.from([0x00, 0x00, 0x00, 0x01]),
  Buffer.from([0x2d]),
  Buffer.alloc(22),
]).toString("latin1");

/** config.yml of the blackbox exporter. */
export function blackboxConfig({ host }: ProbePlan): string {
  const modules = {
    site: {
      prober: "http",
      timeout: "2s",
      http: {
        valid_status_codes: ANSWERS,
        follow_redirects: false,
        preferred_ip_protocol: "ip4",
        headers: { "User-Agent": "foobar-monitoring", ...(host === undefined ? {} : { Host: host }) },
        tls_config: { ...UNVERIFIED, ...(host === undefined ? {} : { server_name: host }) },
      },
    },
    tls: {
      prober: "tcp",
      timeout: "3s",
      tcp: { preferred_ip_protocol: "ip4", tls: true, tls_config: UNVERIFIED },
    },
    mysql: {
      prober: "tcp",
      timeout: "3s",
      tcp: {
        preferred_ip_protocol: "ip4",
        // MySQL's greeting begins with the byte 10, which the exporter takes for the end of a line.
        query_response: [{ expect: "." }, { send: MYSQL_TLS_REQUEST }, { starttls: true }],
        tls_config: UNVERIFIED,
      },
    },
  } satisfies Record<ProbeModule, object>;
  return yaml({ modules });
}
