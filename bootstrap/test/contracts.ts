import type { Program } from "../images/stand-ins.ts";

/** The default images. */
export const images: Readonly<Record<Program, string>> = {
  haproxy: "haproxy:3.2.26",
  nginx: "nginx:1.30.6",
  node: "node:24.22.2-slim",
  mysql: "mysql:9.7.4",
  prometheus: "prom/prometheus:v3.5.3",
  alertmanager: "prom/alertmanager:v0.33.1",
  "blackbox-exporter": "prom/blackbox-exporter:v0.28.0",
  "mysqld-exporter": "prom/mysqld-exporter:v0.19.0",
  "nginx-exporter": "nginx/nginx-prometheus-exporter:1.5.1",
  "node-exporter": "prom/node-exporter:v1.11.1",
  "victoria-logs": "victoriametrics/victoria-logs:v1.52.1",
};

/** The contract of an official image. */
export interface Contract {
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly stop: string | undefined;
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly folder: string;
  /** Name and number of the user that the program runs as. undefined: the image has no names of users. */
  readonly account: readonly [string, number] | undefined;
  /** Whether the entry point is the program itself, which runs no other. Default: it is a script. */
  readonly isProgram?: boolean;
  /** undefined: it has no shell that could say it. */
  readonly tools: string | undefined;
  /**
   * Tools that the official image lacks. A stand-in must not have them either, or scripts would come to depend on them.
   */
  readonly absent: string;
}

/** The contract of an image of the project Prometheus: its program, and busybox. */
function ofPrometheus(
  binary: string,
  port: number,
  more: { readonly data?: string; readonly config?: string; readonly user?: string; readonly tools?: string } = {},
): Contract {
  const { data, config, user = "nobody", tools = "" } = more;
  return {
    user,
    entrypoint: [`/bin/${binary}`],
    command: [
      ...(config === undefined ? [] : [`--config.file=${config}`]),
      ...(data === undefined ? [] : [`--storage.${binary === "prometheus" ? "tsdb." : ""}path=${data}`]),
    ],
    stop: undefined,
    ports: [`${port}/tcp`],
    volumes: data === undefined ? [] : [data],
    folder: data ?? "/",
    account: ["nobody", 65_534],
    isProgram: true,
    tools: `${binary} sh wget nc timeout ${tools}`.trim(),
    absent: "bash curl",
  };
}

export const contracts: Readonly<Record<Program, Contract>> = {
  prometheus: ofPrometheus("prometheus", 9090, {
    data: "/prometheus",
    config: "/etc/prometheus/prometheus.yml",
    tools: "promtool",
  }),
  alertmanager: ofPrometheus("alertmanager", 9093, {
    data: "/alertmanager",
    config: "/etc/alertmanager/alertmanager.yml",
    tools: "amtool",
  }),
  "blackbox-exporter": ofPrometheus("blackbox_exporter", 9115, {
    config: "/etc/blackbox_exporter/config.yml",
    user: "",
  }),
  "mysqld-exporter": ofPrometheus("mysqld_exporter", 9104),
  "node-exporter": ofPrometheus("node_exporter", 9100),
  "nginx-exporter": {
    user: "1001:1001",
    entrypoint: ["/usr/bin/nginx-prometheus-exporter"],
    command: [],
    stop: undefined,
    ports: [],
    volumes: [],
    folder: "/",
    account: undefined,
    isProgram: true,
    tools: undefined,
    absent: "",
  },
  "victoria-logs": {
    user: "0",
    entrypoint: ["/victoria-logs-prod"],
    command: [],
    stop: undefined,
    ports: ["9428/tcp"],
    volumes: [],
    folder: "/",
    account: undefined,
    isProgram: true,
    tools: undefined,
    absent: "",
  },
  haproxy: {
    user: "haproxy",
    entrypoint: ["docker-entrypoint.sh"],
    command: ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
    stop: "SIGUSR1",
    ports: [],
    volumes: [],
    folder: "/var/lib/haproxy",
    account: ["haproxy", 99],
    tools: "haproxy sh bash perl grep sed awk socat apt-get setpriv",
    // Nor ip, which the stand-in has: keepalived's image is built on it without Debian's archive.
    absent: "curl wget nc ps",
  },
  nginx: {
    user: "",
    entrypoint: ["/docker-entrypoint.sh"],
    command: ["nginx", "-g", "daemon off;"],
    stop: "SIGQUIT",
    ports: ["80/tcp"],
    volumes: [],
    folder: "/",
    account: ["nginx", 101],
    tools: "nginx sh bash perl curl envsubst",
    absent: "wget nc ps",
  },
  node: {
    user: "",
    entrypoint: ["docker-entrypoint.sh"],
    command: ["node"],
    stop: undefined,
    ports: [],
    volumes: [],
    folder: "/",
    account: ["node", 1000],
    tools: "node npm npx yarn sh bash perl",
    absent: "curl wget",
  },
  mysql: {
    user: "",
    entrypoint: ["docker-entrypoint.sh"],
    command: ["mysqld"],
    stop: undefined,
    ports: ["3306/tcp", "33060/tcp"],
    volumes: ["/var/lib/mysql"],
    folder: "/",
    account: ["mysql", 999],
    tools:
      "mysqld mysql mysqladmin mysqldump mysql_tzinfo_to_sql my_print_defaults mysql_migrate_keyring " +
      "bash gawk sed grep find curl openssl gzip bzip2 xz gosu",
    absent:
      "mysqlbinlog mysql_config_editor mysqlcheck mysqlimport mysqlshow mysqlslap perror mysqld_safe ps which nc perl",
  },
};

/** The configurations with which the programs are tested. */
export const haproxyConfig = `
global
  log stdout format raw local0
  hard-stop-after 5s
  stats socket /run/haproxy/admin.sock mode 600 level admin
defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 5s
frontend web
  bind :80
  bind :8404
  monitor-uri /healthz
`;

export const nginxConfig = `
pid /tmp/nginx.pid;
error_log /dev/stderr;
events {}
stream {
  server { listen 9000; proxy_pass 127.0.0.1:8080; }
}
http {
  include /etc/nginx/mime.types;
  access_log /dev/stdout;
  client_body_temp_path /tmp/client;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen 8080;
    location = /healthz { return 200 "ok"; }
    location = /status { stub_status; }
  }
}
`;

export const nodeServer = `
const server = require("node:http").createServer((request, response) => response.end("ok")).listen(3000);
process.on("SIGTERM", () => server.close());
`;

/** Sends a line by syslog until the store finds it, and prints what it finds, and whether it counts lines. */
export const logClient = `
const socket = require("node:dgram").createSocket("udp4");
const line = () => "<14>1 " + new Date().toISOString() + " host web-server1 1 - - hello";
const query = "http://127.0.0.1:9428/select/logsql/query?query=hello&limit=1";
(async () => {
  for (;;) {
    socket.send(line(), 5514, "127.0.0.1");
    await new Promise((resolve) => setTimeout(resolve, 500));
    const found = await fetch(query).then((answer) => answer.text(), () => "");
    if (found === "") continue;
    const { app_name, _msg } = JSON.parse(found);
    const figures = await (await fetch("http://127.0.0.1:9428/metrics")).text();
    const isCounted = /^vl_rows_ingested_total{type="syslog_udp"} [1-9]/m.test(figures);
    console.log(app_name, "says", _msg, String(isCounted));
    return socket.close();
  }
})();
`;
