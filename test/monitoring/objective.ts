import type { AlertCases } from "./case.ts";
import { slowCases } from "./machines.ts";

const responses = (code: string) =>
  `haproxy_frontend_http_responses_total{job="haproxy",proxy="site",code="${code}",instance="lb1"}`;
const PROBE = 'probe_success{job="site",way="visitor",instance="10.201.0.254"}';

/** Apart from the others for their hours. */
export const objectiveCases: AlertCases = {
  evaluated: "30s",
  cases: [
    {
      name: "a young stack's first failures are no burn rate",
      every: "30s",
      series: { [responses("2xx")]: "0+150x20", [responses("5xx")]: "0+10x20", [PROBE]: "1x20" },
      quiet: [["ErrorBudgetBurnsFast", "10m"]],
    },
    {
      name: "two percent of errors for an hour burn the budget",
      every: "30s",
      series: { [responses("2xx")]: "0+150x240", [responses("5xx")]: "0x120 0+4x120", [PROBE]: "1x240" },
      quiet: [["ErrorBudgetBurnsFast", "55m"]],
      firing: [{ alert: "ErrorBudgetBurnsFast", at: "119m", summary: "Too many requests fail: 2.35%" }],
    },
    {
      name: "one failure at night is no burn rate",
      every: "30s",
      series: { [responses("2xx")]: "0x240", [responses("5xx")]: "0x120 1x120", [PROBE]: "1x240" },
      quiet: [["ErrorBudgetBurnsFast", "65m", "119m"]],
    },
    {
      name: "half of the answers take a second",
      every: "30s",
      series: {
        'http_request_duration_seconds_bucket{job="application",instance="a",le="0.5"}': "0+60x60",
        'http_request_duration_seconds_count{job="application",instance="a"}': "0+120x60",
      },
      quiet: [["Slow", "2m"]],
      firing: [{ alert: "Slow", at: "12m", summary: "Only 50% of the answers take less than 0.5 s" }],
    },
  ],
};

/** Days. A figure is good for less than five minutes. */
export const daysCases: AlertCases = {
  evaluated: "4m",
  cases: [
    {
      name: "a fifth of a percent of errors for days misses the objective",
      every: "1m",
      series: { [responses("2xx")]: "0+499x4400", [responses("5xx")]: "0+1x4400", [PROBE]: "1x4400" },
      quiet: [["ErrorBudgetBurnsSlowly", "60h"]],
      firing: [{ alert: "ErrorBudgetBurnsSlowly", at: "73h", summary: "Too many requests fail over days: 0.1996%" }],
    },
    ...slowCases,
  ],
};
