import type { WebPlan } from "../../topology/plan.ts";

/** Where Nginx's files are in its container. */
export const CONFIG_FOLDER = "/etc/foobar";
/** Where the files that Nginx serves itself are in its container. */
export const STATIC_FOLDER = "/srv/static";
/** While this file exists, the load balancer is told to send nothing more; files/start.sh makes it. */
export const DRAINING_FILE = "/tmp/draining";
/** Only reached from within the container: visitors come through the load balancer, whom an address cannot tell apart. */
const INTERNAL = "127.0.0.1:8404";
/** Nginx answers this itself: it is alive, whatever the application does. */
export const LIVENESS_URL = `http://${INTERNAL}/nginx-livez`;
/** What Nginx may write, in MB: request bodies that the application is not given yet. */
export const SCRATCH_MB = 64;
/** The largest body that is received whole before the application sees it; several fit in what Nginx may write. */
const BUFFERED_BODY_MB = 8;

/** Seconds from the stop signal until every request that the application may still answer is finished. */
export function stopSeconds({ drainSeconds, limits }: WebPlan): number {
  return drainSeconds + limits.requestTimeoutSeconds;
}

/**
 * nginx.conf of a web server. Nginx runs unprivileged on a read-only root, so everything it writes is below /tmp.
 * @param staticVersion changes with the files that Nginx serves itself; undefined: it has none
 */
export function nginxConfig(plan: WebPlan, staticVersion: string | undefined): string {
  const { listeners, limits, readinessPath, staticPath, trustedSubnet } = plan;
  return `pid /tmp/nginx.pid;
error_log /dev/stderr warn;
worker_processes 1;
worker_shutdown_timeout ${limits.requestTimeoutSeconds}s;

events {
    worker_connections 2048;
}

http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    client_body_temp_path /tmp/client;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    server_tokens off;

    # Longer than the load balancer keeps an idle connection, or the two race for the last request.
    keepalive_timeout 75s;
    keepalive_requests 10000;

    # Only the load balancer may say who the client is. What it asks for itself are health checks.
    set_real_ip_from ${trustedSubnet};
    real_ip_header X-Forwarded-For;
    geo $visitor {
        default 1;
        ${trustedSubnet} 0;
    }

    log_format json escape=json '{"time":"$time_iso8601","request_id":"$http_x_request_id","client":"$remote_addr",'
        '"method":"$request_method","path":"$request_uri","status":$status,"bytes":$body_bytes_sent,'
        '"seconds":$request_time,"upstream":"$upstream_addr","upstream_status":"$upstream_status",'
        '"upstream_seconds":"$upstream_response_time"}';
    # Lines are written together, a second late at most: one write each would cost a third of Nginx's CPU.
    access_log /dev/stdout json buffer=32k flush=1s if=$visitor;

    # Containers come back with other addresses: the names are resolved again while Nginx runs.
    resolver 127.0.0.11 valid=1s ipv6=off;
    resolver_timeout 1s;

${listeners.map(upstream).join("\n")}
    # Which application is meant is the load balancer's choice, made by the port.
    map $server_port $application {
${listeners.map(({ port, upstream: { server } }) => `        ${port} ${server};`).join("\n")}
    }
${limits.rateLimit === undefined ? "" : rateLimit(limits.rateLimit)}${staticVersion === undefined ? "" : STATIC_LIFETIME}
    server {
${listeners.map(({ port }) => `        listen ${port};`).join("\n")}
        client_header_timeout 10s;
        client_body_timeout 10s;
        client_max_body_size ${limits.maxBodyMb}m;
        proxy_request_buffering ${limits.maxBodyMb <= BUFFERED_BODY_MB ? "on" : "off"};
        proxy_max_temp_file_size 0;
        proxy_buffer_size 16k;
        proxy_buffers 8 16k;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
        proxy_set_header X-Request-ID $http_x_request_id;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
        proxy_connect_timeout 2s;
        proxy_read_timeout ${limits.requestTimeoutSeconds}s;
        # The load balancer decides what is tried again.
        proxy_next_upstream off;
        error_page 502 504 @unanswered;
${limits.rateLimit === undefined ? "" : limited(limits.rateLimit)}
        location / {
            proxy_pass http://$application;
        }

        location = ${readinessPath} {
            if (-f ${DRAINING_FILE}) {
                return 503;
            }
            proxy_pass http://$application;
        }

        # The application's figures are for those who watch it, not for visitors.
        location ~ ^/metrics$ {
            return 404;
        }
${staticPath === undefined || staticVersion === undefined ? "" : staticFiles(staticPath, staticVersion)}
        # Whatever was not sent may be sent again another way: 421 tells the load balancer so.
        location @unanswered {
            if ($upstream_bytes_sent !~ [1-9]) {
                return 421;
            }
            if ($status = 504) {
                return 504;
            }
            return 502;
        }
    }

    server {
        listen ${INTERNAL};
        access_log off;

        location = /nginx-livez {
            return 200;
        }

        location = /nginx-status {
            stub_status;
        }
    }
}
`;
}

/** Idle connections end before an application ends them, or the two race: Node.js, for one, waits 5 s unless told otherwise. */
function upstream({ upstream: { server, address, port } }: WebPlan["listeners"][number]): string {
  return `    upstream ${server} {
        zone ${server} 64k;
        server ${address}:${port} resolve max_fails=0;
        keepalive 32;
        keepalive_timeout 4s;
    }
`;
}

type RateLimit = NonNullable<WebPlan["limits"]["rateLimit"]>;

/** Requests with an empty key are not counted. 4 MB hold 32,000 clients. */
function rateLimit({ requestsPerSecond }: RateLimit): string {
  return `
    map $visitor $counted_client {
        1 $binary_remote_addr;
    }
    limit_req_zone $counted_client zone=clients:4m rate=${requestsPerSecond}r/s;
    limit_req_status 429;
    # The access log says it.
    limit_req_log_level info;
`;
}

function limited({ burst }: RateLimit): string {
  return `        limit_req zone=clients${burst === 0 ? "" : ` burst=${burst}`} nodelay;
`;
}

/**
 * A name with 8 or more hexadecimal digits before its extension names its content. Letters and figures are both asked
 * for, so that neither a word nor a date is taken for a hash and kept for a year.
 */
const STATIC_LIFETIME = `
    map $uri $static_lifetime {
        default "public, max-age=300";
        "~*[.-](?=\\d*[a-f])(?=[a-f]*\\d)[0-9a-f]{8,}\\.[^/]*$" "public, max-age=31536000, immutable";
    }
`;

/**
 * Compressed are these files alone: in an answer of the application a secret may stand beside what a visitor sent, and
 * the length of the compressed answer would give the secret away (BREACH).
 *
 * The version of all files is the ETag of each, as the time of a file differs from web server to web server.
 */
function staticFiles(path: string, version: string): string {
  return `
        location ^~ ${path} {
            alias ${STATIC_FOLDER}/;
            etag off;
            if_modified_since off;
            add_header ETag '"${version}"';
            add_header Last-Modified "";
            add_header Cache-Control $static_lifetime;
            add_header X-Content-Type-Options nosniff;
            gzip on;
            gzip_vary on;
            gzip_min_length 256;
            gzip_types text/plain text/css text/javascript text/xml application/javascript application/json application/manifest+json application/xml image/svg+xml;
            if ($http_if_none_match ~ ${version}) {
                return 304;
            }
            # Another release of the application may still have what is not here.
            try_files $uri @application;
        }

        location @application {
            proxy_pass http://$application;
        }
`;
}
