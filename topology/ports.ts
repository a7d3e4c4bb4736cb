/** The site, in the load balancer's network namespace. The engine lets every user bind low ports there. */
export const SITE_PORT = 80;
/** The statistics page and the metrics of HAProxy, and its health. */
export const STATISTICS_PORT = 8404;
/** Where load balancers tell each other their tables. */
export const PEERS_PORT = 10_000;
/** The first port of a web server; each further application server that it passes requests to has the next. */
export const WEB_PORT = 8080;
export const MYSQL_PORT = 3306;
/** Of a database router; MySQL Router's own numbers. */
export const ROUTER_PORTS = { write: 6446, read: 6447 } as const;
