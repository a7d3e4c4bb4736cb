import type { MonitoringPlan, WatcherPlan } from "../../../topology/monitoringPlan.ts";
import { GRAFANA_PORT, PROMETHEUS_PORT } from "../../../topology/ports.ts";
import { yaml } from "../prometheus/rules.ts";
import { dashboardOf, SOURCE } from "./dashboard.ts";

/** Grafana's folder of what it has from the beginning. */
export const PROVISIONING = "/etc/foobar/grafana";
const DASHBOARDS = `${PROVISIONING}/boards`;

/** The files below that folder, by their paths. https://grafana.com/docs/grafana/latest/administration/provisioning/ */
export function provisioning(plan: MonitoringPlan, { prometheus }: Pick<WatcherPlan, "prometheus">) {
  return {
    "datasources/prometheus.yaml": yaml({
      apiVersion: 1,
      datasources: [
        {
          name: "Prometheus",
          uid: SOURCE,
          type: "prometheus",
          access: "proxy",
          url: `http://${prometheus.name}.monitor:${PROMETHEUS_PORT}`,
          isDefault: true,
          editable: false,
          jsonData: { timeInterval: `${plan.scrapeSeconds}s` },
        },
      ],
    }),
    "dashboards/stack.yaml": yaml({
      apiVersion: 1,
      providers: [
        { name: "stack", type: "file", disableDeletion: true, allowUiUpdates: false, options: { path: DASHBOARDS } },
      ],
    }),
    "boards/stack.json": JSON.stringify(dashboardOf(plan)),
  };
}

/** Grafana's settings. It keeps no users: whoever reaches it may look. */
export function grafanaSettings({ stack }: Pick<MonitoringPlan, "stack">): Record<string, string> {
  return {
    GF_PATHS_PROVISIONING: PROVISIONING,
    GF_SERVER_HTTP_PORT: `${GRAFANA_PORT}`,
    GF_AUTH_ANONYMOUS_ENABLED: "true",
    GF_AUTH_ANONYMOUS_ORG_ROLE: "Viewer",
    GF_AUTH_DISABLE_LOGIN_FORM: "true",
    GF_AUTH_BASIC_ENABLED: "false",
    GF_USERS_DEFAULT_THEME: "system",
    GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${DASHBOARDS}/stack.json`,
    // Otherwise it asks servers outside, which it does not reach.
    GF_ANALYTICS_REPORTING_ENABLED: "false",
    GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
    GF_PLUGINS_PREINSTALL_DISABLED: "true",
    GF_NEWS_NEWS_FEED_ENABLED: "false",
    GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: "true",
    GF_SERVER_DOMAIN: "127.0.0.1",
    GF_INSTANCE_NAME: stack,
  };
}
