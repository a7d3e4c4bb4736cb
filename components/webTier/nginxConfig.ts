import type { WebPlan } from "../../topology.ts";

/** Nginx answers this itself: it is alive, whatever the application does. */
export const LIVENESS_PATH = "/nginx-livez";

/** nginx.conf of a web server. Nginx runs unprivileged on a read-only root, so everything it writes is below /tmp. */
export function nginxConfig(plan: WebPlan): string {
  return `pid /tmp/nginx.pid;
error_log /dev/stderr warn;
worker_processes 1;
worker_shutdown_timeout 20s;

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

    log_format json escape=json '{"time":"$time_iso8601","request_id":"$http_x_request_id","client":"$remote_addr",'
        '"method":"$request_method","path":"$request_uri","status":$status,"bytes":$body_bytes_sent,'
        '"seconds":$request_time,"upstream":"$upstream_addr","upstream_seconds":"$upstream_response_time"}';
    access_log /dev/stdout json;

    # Only the load balancer may say who the client is.
    set_real_ip_from ${plan.trustedSubnet};
    real_ip_header X-Forwarded-For;

    # Containers come back with other addresses: the names are resolved again while Nginx runs.
    resolver 127.0.0.11 valid=1s ipv6=off;
    resolver_timeout 1s;

    upstream application {
        zone application 64k;
${plan.upstreams.map(({ address, port }) => `        server ${address}:${port} resolve max_fails=0;`).join("\n")}
        keepalive 32;
    }

    server {
        listen ${plan.port};
        client_max_body_size 1m;
        client_body_timeout 10s;
        client_header_timeout 10s;

        location = ${LIVENESS_PATH} {
            access_log off;
            return 200;
        }

        # The application's figures are for those who watch it, not for visitors.
        location = /metrics {
            return 404;
        }

        location / {
            proxy_pass http://application;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Request-ID $http_x_request_id;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
            proxy_connect_timeout 2s;
            proxy_read_timeout 25s;
            # The load balancer decides what is tried again.
            proxy_next_upstream off;
        }
    }
}
`;
}
