/**
 * Upgrades of HTTP/1.1, such as WebSocket, pass when the client asks for one as the standard says. HTTP/2 without TLS
 * (h2c) is the exception: requests inside it would pass the rules of every proxy.
 */
export const UPGRADES = `    map $http_connection $asked_upgrade {
        default "";
        "~*(^|[\\s,])upgrade([\\s,]|$)" $http_upgrade;
    }
    map $asked_upgrade $passed_upgrade {
        default $asked_upgrade;
        "~*(^|[\\s,])h2c?([\\s,]|$)" "";
    }
    map $passed_upgrade $passed_connection {
        default upgrade;
        "" "";
    }`;

/** Headers to the application. Without an upgrade its connection is kept for other requests. */
export const UPGRADE_HEADERS = [
  "proxy_set_header Upgrade $passed_upgrade;",
  "proxy_set_header Connection $passed_connection;",
];
