import { localPorts } from "../../topology/localPorts.ts";
import type { Topology } from "../../topology/plan.ts";
import { type Finding, isSinglePoint } from "../../topology/survival.ts";
import { type Answer, list } from "./answer.ts";

/** Where the single points of failure are, and what protects and watches the stack. */
export function weaknesses(topology: Topology, findings: readonly Finding[]): Answer[] {
  return [
    { question: "Where are the single points of failure?", answer: points(topology, findings) },
    { question: "What secures it?", answer: security(topology) },
    { question: "What is monitored?", answer: monitoring(topology) },
  ];
}

function points({ isSeveral }: Topology, findings: readonly Finding[]): string[] {
  const alone = findings.filter((one) => isSinglePoint(one));
  const of = (kind: Finding["unit"]["kind"]) => alone.filter(({ unit }) => unit.kind === kind);
  const lost = ({ effects }: Finding) =>
    list(effects.filter(({ outcome }) => outcome === "down").map(({ capability }) => capability));
  const lines = [...of("container"), ...(isSeveral ? of("engine") : [])].map(
    (one) =>
      `${one.unit.kind === "engine" ? `The machine ${one.unit.name}` : one.unit.name}: without it no ${lost(one)}. ${one.remedy ?? ""}${one.orElse === undefined ? "" : `; else: ${one.orElse}`}`,
  );
  return [
    ...(isSeveral
      ? []
      : ["The machine: all is on one Docker engine, and with it everything is lost. Several machines: docs/hosts.md"]),
    ...lines,
    ...(lines.length === 0 ? ["No container: the loss of any one costs at most seconds."] : []),
  ];
}

function security(topology: Topology): string[] {
  const { loadBalancers, ownCertificate, networks, backups, applications } = topology;
  const [first] = loadBalancers;
  if (first === undefined) return [];
  const closed = [...new Set(localPorts(topology).map(({ container }) => container))];
  const { http, profile, acme, names } = first.site;
  const certificate =
    ownCertificate !== undefined
      ? "your own certificate"
      : acme !== undefined
        ? "a certificate by ACME"
        : "a certificate of the stack's own authority, which browsers do not trust until they are told to (npm run trust)";
  const internal = [...new Set(networks.filter((network) => network.internal).map(({ part }) => part))];
  return [
    `Visitors use HTTPS (${profile === "modern" ? "TLS 1.3" : "TLS 1.2 and 1.3"}) with ${certificate}. Plain HTTP ${{ serve: "is served, too", redirect: "leads to HTTPS", off: "is not published" }[http]}.${names.length === 0 ? "" : ` Other hosts than ${list(names)} are refused.`}`,
    `Only load balancers publish ports${closed.length === 0 ? "" : `, and ${list(closed)} for ${closed.length === 1 ? "its" : "their"} own machine`}. ${list(internal)} are internal networks: no way leads in or out (docs/firewall.md).`,
    "Between the tiers HAProxy and Nginx show each other certificates; MySQL takes TLS alone, and each account only from its network.",
    `Containers have a read-only root${applications.some(({ run }) => run.isRootWritable) ? " (the application's is writable, by its setting)" : ""}, no capabilities but the few that are listed, limits, and no engine's socket; passwords and keys are generated, are replaced by npm run rotate, and are files.${backups?.encrypted ? " Backups are encrypted." : ""} Policies hold all of it at each preview (docs/policies.md).`,
  ];
}

function monitoring({ monitoring: watch }: Topology): string[] {
  const health =
    "Each container has a health check, and the engine starts again what dies; the load balancers and the routers leave out what does not answer.";
  if (watch === undefined) {
    return [
      health,
      "HAProxy has statistics and metrics for Prometheus, the sample application has metrics, Nginx logs each request as JSON. Nobody is notified (monitoring.enabled, docs/alerts.md).",
    ];
  }
  const { watchers, receivers, watchdog, retentionDays, scrapeSeconds } = watch;
  const told = Object.keys(receivers);
  return [
    health,
    `Prometheus (${list(watchers.map(({ prometheus }) => prometheus.name))}) asks for the site as a visitor does every 3 s, and every ${scrapeSeconds} s for the figures of each load balancer, web server, router, database${watch.nodeExporters.length === 0 ? "" : " and machine"}; it keeps them for ${retentionDays} days.`,
    told.length === 0
      ? "Alerts fire and are told to nobody: monitoring.receivers has none (docs/alerts.md)."
      : `Alerts are told to ${list(told)} (docs/alerts.md; npm run notify -- test).`,
    watchdog === undefined
      ? "Nobody outside notices when monitoring itself stops (monitoring.watchdog)."
      : "A service outside notices when monitoring itself stops.",
  ];
}
