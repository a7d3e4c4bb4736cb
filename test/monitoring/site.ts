import type { AlertCases } from "./case.ts";

const PROBE = 'probe_success{job="site",way="visitor",instance="10.201.0.254"}';
const DOWN = { alert: "SiteDown", summary: "The site does not answer" };

/** By the second, because these alerts promise seconds. */
export const siteCases: AlertCases = {
  evaluated: "1s",
  cases: [
    {
      name: "a site that is down for longer than one probe, and for 15 s more one that comes and goes",
      every: "3s",
      series: { [PROBE]: "1x4 0x20 1x20" },
      quiet: [["SiteDown", "12s", "100s"]],
      firing: [
        { ...DOWN, at: "20s" },
        { ...DOWN, at: "85s" },
      ],
    },
    {
      name: "a stack that has just come has a minute for its first answer",
      every: "3s",
      series: { [PROBE]: "0x40" },
      quiet: [["SiteDown", "9s", "57s"]],
      firing: [{ ...DOWN, at: "66s" }],
    },
    {
      name: "one probe that fails wakes nobody",
      every: "3s",
      series: { [PROBE]: "1x4 0 1x20" },
      quiet: [["SiteDown", "15s", "18s", "21s"]],
    },
    {
      name: "one way of two",
      every: "3s",
      series: { [PROBE]: "1x40", 'probe_success{job="site",way="load balancer",instance="lb2"}': "1x2 0x40" },
      quiet: [
        ["SiteDown", "90s"],
        ["WayDown", "30s"],
      ],
      firing: [
        {
          alert: "WayDown",
          at: "60s",
          labels: { way: "load balancer", instance: "lb2" },
          summary: "The site does not answer at lb2",
        },
      ],
    },
    {
      name: "a probe that is lost",
      every: "3s",
      series: { 'up{job="machine"}': "1x20" },
      quiet: [["SiteUnwatched", "15s"]],
      firing: [
        {
          alert: "SiteUnwatched",
          at: "60s",
          labels: { job: "site", way: "visitor" },
          summary: "Nobody asks the site whether it answers",
        },
      ],
    },
  ],
};
