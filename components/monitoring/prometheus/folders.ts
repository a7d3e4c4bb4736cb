/** Prometheus's folder of configuration in its container. */
export const CONFIG_FOLDER = "/etc/prometheus";
export const DATA_FOLDER = "/prometheus";
