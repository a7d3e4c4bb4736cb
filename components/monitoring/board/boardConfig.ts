import { BOARD_PORT, PROMETHEUS_PORT } from "../../../topology/ports.ts";
import { API, FACTS_FILE } from "./facts.ts";

/** The folders of the configuration and of the page in the container. */
export const CONFIG_FOLDER = "/etc/foobar";
export const PAGE_FOLDER = "/srv/board";

/** Nginx answers this path itself, whatever the state of Prometheus, and whatever name the request has. */
export const LIVENESS_PATH = "/livez";

/** The questions that the page asks Prometheus. */
export const QUESTIONS = ["query", "query_range", "alerts"] as const;

/** The page runs its own files alone. The charts set styles of their elements. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS = [
  `Content-Security-Policy "${CONTENT_SECURITY_POLICY}"`,
  "X-Content-Type-Options nosniff",
  "Referrer-Policy no-referrer",
  // A browser asks each time whether a file has changed.
  "Cache-Control no-cache",
];

/**
 * nginx.conf of a board. It passes three questions on to Prometheus, with nothing of the request but its parameters. It
 * answers by the names of its own machine alone, so that no page of another site reads it by a name of its own that
 * leads to 127.0.0.1.
 * @param name the container's name
 * @param prometheus that of the Prometheus beside it
 */
export function boardConfig(name: string, prometheus: string): string {
  const listen = `${name}.monitor:${BOARD_PORT}`;
  return `pid /tmp/nginx.pid;
error_log /dev/stderr warn;
worker_processes 1;

events {
    worker_connections 256;
}

http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    charset utf-8;
    client_body_temp_path /tmp/client;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    server_tokens off;
    access_log off;
    gzip on;
    gzip_types text/css text/javascript application/javascript application/json image/svg+xml;

    # Prometheus comes back with another address.
    resolver 127.0.0.11 valid=1s ipv6=off;
    resolver_timeout 1s;
    upstream prometheus {
        zone prometheus 64k;
        server ${prometheus}.monitor:${PROMETHEUS_PORT} resolve max_fails=0;
        keepalive 8;
    }

    server {
        listen ${listen} default_server;

        location = ${LIVENESS_PATH} {
            return 204;
        }

        location / {
            default_type text/plain;
            return 403 "This board answers by the names localhost and 127.0.0.1 alone.\\n";
        }
    }

    server {
        listen ${listen};
        server_name localhost 127.0.0.1;
        root ${PAGE_FOLDER};
${HEADERS.map((header) => `        add_header ${header} always;`).join("\n")}

        if ($request_method !~ ^(GET|HEAD)$) {
            return 405;
        }

        location / {
            try_files $uri $uri/index.html =404;
        }

        location = /${FACTS_FILE} {
            root ${CONFIG_FOLDER};
        }

        location ~ ^/${API}(${QUESTIONS.join("|")})$ {
            proxy_pass http://prometheus;
            proxy_http_version 1.1;
            proxy_pass_request_headers off;
            proxy_pass_request_body off;
            proxy_set_header Host prometheus;
            proxy_set_header Connection "";
            proxy_set_header Content-Length "";
            proxy_connect_timeout 2s;
            proxy_read_timeout 10s;
            # Answers stay in memory.
            proxy_buffers 16 16k;
            proxy_max_temp_file_size 0;
        }
    }
}
`;
}
