/** The site's port in the load balancer's network namespace, where the engine lets every user bind low ports. */
export const SITE_PORT = 80;
/** The port of HTTPS there. */
export const SECURE_SITE_PORT = 443;
/** The port of HAProxy's statistics page, metrics and health. */
export const STATISTICS_PORT = 8404;
/** The port at which HAProxy's health is asked for from its host, where keepalived is. */
export const HEALTH_PORT = 8406;
/** The port on which load balancers exchange their tables of clients. */
export const PEERS_PORT = 10_000;
/** The first port of a web server, with TLS; each further application server that it passes requests to has the next. */
export const WEB_PORT = 8443;
/** The name in the certificate by which web servers know the load balancers. */
export const LOAD_BALANCER_CLIENT = "load-balancer";
export const MYSQL_PORT = 3306;
/** The ports of a database router: the numbers of MySQL Router. */
export const ROUTER_PORTS = { write: 6446, read: 6447 } as const;
/** The paths of a web server's figures, at STATISTICS_PORT: its own, and those of an application by its server. */
export const WEB_STATUS = { status: "/nginx-status", application: "/application/" } as const;
export const PROMETHEUS_PORT = 9090;
/** The port of Grafana in its container. */
export const GRAFANA_PORT = 3000;
/** The log store's page, API and figures, and the port of UDP at which it takes lines. */
export const LOG_STORE_PORTS = { web: 9428, syslog: 5514 } as const;
export const BOARD_PORT = 8090;
/** Alertmanager's API, and the port by which two exchange what they have sent. */
export const ALERTMANAGER_PORTS = { web: 9093, cluster: 9094 } as const;
export const EXPORTER_PORTS = { node: 9100, mysql: 9104, nginx: 9113, blackbox: 9115 } as const;
/** The largest request line with its headers, in kB, that every tier takes. */
export const HEADERS_KB = 32;
