import type { WebPlan, WebStatusPlan } from "../../topology/plan.ts";
import { HEADERS_KB, STATISTICS_PORT, WEB_STATUS } from "../../topology/ports.ts";
import type { ErrorFiles } from "../errorFiles.ts";
import { TLS } from "../tlsFiles.ts";
import { ANSWERED, ERROR_TEXTS, errorPages, UNANSWERED } from "./errorPages.ts";
import { locations, type StaticFiles } from "./locations.ts";
import { UPGRADE_HEADERS, UPGRADES } from "./upgrades.ts";

/** An address inside the container only. Other containers' requests come from addresses like the load balancer's. */
const INTERNAL = `127.0.0.1:${STATISTICS_PORT}`;
/** Nginx answers this URL itself: Nginx is alive, whatever the state of the application. */
export const LIVENESS_URL = `http://${INTERNAL}/nginx-livez`;
/** MB that Nginx may write: its pid, and whether it drains. Bodies of requests and answers are never written. */
export const SCRATCH_MB = 4;

type RateLimit = NonNullable<WebPlan["limits"]["rateLimit"]>;

/** Room for what the load balancer and Nginx add to headers. */
const ADDED_KB = 8;

/**
 * Headers of every kind pass: the load balancer has refused those that it should. Nginx would drop headers with
 * underscores without a word.
 */
const HEADER_LIMITS = [
  `large_client_header_buffers 4 ${HEADERS_KB + ADDED_KB}k;`,
  "underscores_in_headers on;",
  "ignore_invalid_headers off;",
  `proxy_buffer_size ${HEADERS_KB + ADDED_KB}k;`,
  "proxy_buffers 8 16k;",
];

/**
 * Bodies pass as they come, in both directions, so neither memory nor disk limits their size, and what an application
 * sends arrives at once. The load balancer has the first part of both in its own buffers.
 */
const PASSED_ON = [
  "proxy_request_buffering off;",
  "proxy_buffering off;",
  "# An application may ask for buffers by X-Accel-Buffering: they are in memory alone.",
  "proxy_max_temp_file_size 0;",
  "proxy_pass_trailers on;",
  "early_hints $early_hints;",
];

/** Only browsers that open a page make something of the early answer 103, and older clients stumble over it. */
const EARLY_HINTS = `    map $http_sec_fetch_mode $early_hints {
        default "";
        navigate 1;
    }`;

/** A load balancer that is gone without a word is noticed, because its sockets may be silent for hours. */
const KEEPALIVE = "so_keepalive=60s:15s:4";

/** The longest that an upload may stop before Nginx gives it up. The load balancer gives up its client before. */
const BODY_SECONDS = 60;

/** Seconds from the stop signal until every request that the application may still answer is finished. */
export function stopSeconds({ drainSeconds, limits }: WebPlan): number {
  return drainSeconds + finishSeconds(limits);
}

/** Seconds for which a worker that stops goes on with what it has begun. */
function finishSeconds({ requestTimeoutSeconds, finishSeconds }: WebPlan["limits"]): number {
  return Math.max(requestTimeoutSeconds, finishSeconds);
}

/**
 * nginx.conf of a web server. Nginx runs unprivileged on a read-only root, so everything it writes is below /tmp.
 * @param staticVersion changes with the files that Nginx serves itself; undefined: it serves none
 * @param pages the user's pages for errors, which are beside nginx.conf
 */
export function nginxConfig(plan: WebPlan, staticVersion: string | undefined, pages: ErrorFiles = {}): string {
  const { listeners, limits, staticPath: path } = plan;
  const files = path === undefined || staticVersion === undefined ? undefined : { path, version: staticVersion };
  return `pid /tmp/nginx.pid;
error_log /dev/stderr warn;
worker_processes 1;
worker_shutdown_timeout ${finishSeconds(limits)}s;

events {
    worker_connections 2048;
}

http {
${sections(
  BASE,
  clientAddress(plan),
  LOG,
  ERROR_TEXTS,
  RESOLVER,
  ...listeners.map((listener) => upstream(listener, plan.keepsConnections)),
  applicationByPort(plan),
  limits.rateLimit && countedClients(limits.rateLimit),
  UPGRADES,
  EARLY_HINTS,
  files && STATIC_LIFETIME,
  siteServer(plan, files, pages),
  INTERNAL_SERVER,
  plan.status && statusServer(plan.listenAddress, plan.status),
)}
}
`;
}

/** Texts with an empty line between them, without the undefined ones. */
function sections(...texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text !== undefined).join("\n\n");
}

const BASE = `    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    client_body_temp_path /tmp/client;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    server_tokens off;

    # Longer than the load balancer keeps idle connections. Otherwise Nginx could close one just as a request arrives.
    keepalive_timeout 75s;
    keepalive_requests 10000;`;

function clientAddress({ trustedSubnet }: WebPlan): string {
  return `    # Only the load balancer is trusted to name the client's address. Its own requests are health checks.
    set_real_ip_from ${trustedSubnet};
    real_ip_header X-Forwarded-For;
    geo $visitor {
        default 1;
        ${trustedSubnet} 0;
    }`;
}

const LOG = `    log_format json escape=json '{"time":"$time_iso8601","request_id":"$http_x_request_id","client":"$remote_addr",'
        '"method":"$request_method","path":"$request_uri","status":$status,"bytes":$body_bytes_sent,'
        '"seconds":$request_time,"upstream":"$upstream_addr","upstream_status":"$upstream_status",'
        '"upstream_seconds":"$upstream_response_time"}';
    # Lines are written together, a second late at most: one write each would cost a third of Nginx's CPU.
    access_log /dev/stdout json buffer=32k flush=1s if=$visitor;`;

const RESOLVER = `    # Containers come back with other addresses: the names are resolved again while Nginx runs.
    resolver 127.0.0.11 valid=1s ipv6=off;
    resolver_timeout 1s;`;

/**
 * The sample application closes idle connections after 5 s, Node.js's default, so Nginx closes them before. An application
 * of the user's own may close one, idle or at its stop, just as a request arrives on it, and nobody knows then whether it
 * was received. So each request to it has a connection of its own: one that is refused has received nothing.
 */
function upstream({ upstream: { server, address, port } }: WebPlan["listeners"][number], isKept: boolean): string {
  return `    upstream ${server} {
        zone ${server} 64k;
        server ${address}:${port} resolve max_fails=0;
        ${isKept ? KEPT : "keepalive 0;"}
    }`;
}

const KEPT = `keepalive 32;
        keepalive_timeout 4s;`;

function applicationByPort({ listeners }: WebPlan): string {
  return `    # The load balancer chooses the application by the port.
    map $server_port $application {
${listeners.map(({ port, upstream: { server } }) => `        ${port} ${server};`).join("\n")}
    }`;
}

/** Requests with an empty key, the load balancer's own, are not counted. 4 MB have room for 32,000 clients. */
function countedClients({ requestsPerSecond }: RateLimit): string {
  return `    map $visitor $counted_client {
        1 $binary_remote_addr;
    }
    limit_req_zone $counted_client zone=clients:4m rate=${requestsPerSecond}r/s;
    limit_req_status 429;
    # The access log already records each refused request.
    limit_req_log_level info;`;
}

/**
 * A file name with 8 or more hexadecimal digits before its extension names its content. The pattern requires both
 * letters and figures, so that neither a word nor a date is taken for a hash and cached for a year.
 */
const STATIC_LIFETIME = `    map $uri $static_lifetime {
        default "public, max-age=300";
        "~*[.-](?=\\d*[a-f])(?=[a-f]*\\d)[0-9a-f]{8,}\\.[^/]*$" "public, max-age=31536000, immutable";
    }`;

function siteServer(plan: WebPlan, files: StaticFiles | undefined, pages: ErrorFiles): string {
  return `    server {
${sections(
  [...siteSettings(plan), ...errorPages(pages, ANSWERED), ...limitedClients(plan)]
    .map((line) => `        ${line}`)
    .join("\n"),
  ...locations(plan, files, pages),
)}
    }`;
}

/** Nginx takes requests only from a client that shows a certificate of the stack's authority. */
const MUTUAL_TLS = [
  `ssl_certificate ${TLS.certificate};`,
  `ssl_certificate_key ${TLS.key};`,
  `ssl_client_certificate ${TLS.authority};`,
  "ssl_verify_client on;",
  "ssl_protocols TLSv1.3;",
  "ssl_session_cache shared:ssl:1m;",
  "ssl_session_tickets off;",
];

function siteSettings({ listenAddress, listeners, limits, client }: WebPlan): string[] {
  return [
    ...listeners.map(({ port }) => `listen ${listenAddress}:${port} ssl ${KEEPALIVE};`),
    ...MUTUAL_TLS,
    "# Other certificates of the same authority are for others.",
    `if ($ssl_client_s_dn != "CN=${client}") { return 403; }`,
    "client_header_timeout 10s;",
    `client_body_timeout ${BODY_SECONDS}s;`,
    `client_max_body_size ${limits.maxBodyMb}m;`,
    ...PASSED_ON,
    ...HEADER_LIMITS,
    "proxy_http_version 1.1;",
    ...UPGRADE_HEADERS,
    "proxy_set_header Host $http_host;",
    "proxy_set_header X-Request-ID $http_x_request_id;",
    "proxy_set_header X-Forwarded-For $remote_addr;",
    "proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;",
    "proxy_connect_timeout 2s;",
    "proxy_socket_keepalive on;",
    "# For silence within an answer. The load balancer has the limit for its beginning.",
    `proxy_read_timeout ${limits.idleSeconds}s;`,
    "# Nginx retries nothing: the load balancer decides about retries.",
    "proxy_next_upstream off;",
    `error_page ${UNANSWERED.join(" ")} @unanswered;`,
  ];
}

function limitedClients({ limits: { rateLimit } }: WebPlan): string[] {
  if (rateLimit === undefined) return [];
  const burst = rateLimit.burst === 0 ? "" : ` burst=${rateLimit.burst}`;
  return [`limit_req zone=clients${burst} nodelay;`];
}

const INTERNAL_SERVER = `    server {
        listen ${INTERNAL};
        access_log off;

        location = /nginx-livez {
            return 200;
        }

        location = ${WEB_STATUS.status} {
            stub_status;
        }
    }`;

/**
 * The figures for Prometheus, in the load balancer's network: no way leads visitors there. It passes on those of the
 * applications, whose networks Prometheus is not in.
 */
function statusServer(listenAddress: string, { applications }: WebStatusPlan): string {
  const application = ({ server, path, host }: WebStatusPlan["applications"][number]) => `
        location = ${WEB_STATUS.application}${server} {
            proxy_set_header Host ${host};
            proxy_pass http://${server}${path};
        }
`;
  return `    server {
        listen ${listenAddress}:${STATISTICS_PORT};
        access_log off;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_connect_timeout 2s;
        proxy_read_timeout 3s;

        location = ${WEB_STATUS.status} {
            stub_status;
        }
${applications.map(application).join("")}
        location / {
            return 404;
        }
    }`;
}
