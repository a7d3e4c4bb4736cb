/** HAProxy's configuration folder in its container. */
export const CONFIG_FOLDER = "/etc/haproxy";

/** The page for visitors while no server can answer, as an argument of HAProxy's keywords for answers. */
export const NO_SERVER = `content-type "text/html; charset=utf-8" file ${CONFIG_FOLDER}/503.html hdr Retry-After 5`;
