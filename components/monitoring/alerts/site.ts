import type { AlertGroup } from "./alert.ts";

/** The symptom that wakes people, looked at more often than all else. */
export const SITE_SECONDS = 3;

const VISITOR = 'probe_success{job="site",way="visitor"}';

/** Whether visitors get an answer. */
export function siteAlerts(): AlertGroup {
  return {
    name: "site",
    intervalSeconds: SITE_SECONDS,
    alerts: [
      {
        name: "SiteDown",
        expr: `max(${VISITOR}) == 0 and on () (max(max_over_time(${VISITOR}[1m])) == 1 or max(${VISITOR} offset 1m) >= 0)`,
        // A stack that has just come has a minute for its first answer. A second probe has to fail, too.
        for: "3s",
        // A site that comes and goes is one notification.
        keepFiringFor: "15s",
        severity: "page",
        summary: "The site does not answer",
        description: "No way of visitors leads to an answer of the application: all of them get an error or nothing.",
      },
      {
        name: "SiteUnwatched",
        expr: `absent(${VISITOR})`,
        for: "30s",
        severity: "page",
        summary: "Nobody asks the site whether it answers",
        description: "The blackbox exporter does not answer, so that nobody would notice the loss of the site.",
      },
      {
        name: "WayDown",
        expr: 'max by (way, instance) (probe_success{job="site"}) == 0',
        for: "30s",
        severity: "warn",
        summary: "The site does not answer at {{ $labels.instance }}",
        description: "One of several ways to the site leads nowhere; visitors still have another one.",
      },
    ],
  };
}
