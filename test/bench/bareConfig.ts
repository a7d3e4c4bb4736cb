/** The port of a bare web server, which speaks no TLS. */
export const BARE_PORT = 8080;

/** The least that HAProxy needs to spread requests over web servers, each given as name:port. */
export function bareHaproxyConfig(webServers: readonly string[]): string {
  return `defaults
    mode http
    timeout connect 2s
    timeout client 30s
    timeout server 30s

frontend site
    bind :80
    default_backend web

backend web
    balance roundrobin
${webServers.map((address, index) => `    server server${index + 1} ${address}`).join("\n")}
`;
}

/** The least that Nginx needs to pass requests on to an application, given as name:port, on kept connections. */
export function bareNginxConfig(application: string): string {
  return `pid /tmp/nginx.pid;
error_log /dev/stderr warn;

events {
}

http {
    access_log off;
    upstream application {
        server ${application};
        keepalive 32;
    }

    server {
        listen ${BARE_PORT};
        location / {
            proxy_pass http://application;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }
    }
}
`;
}
