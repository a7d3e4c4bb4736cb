import { applicationOf, type Context, planned, readsStorages } from "../context.ts";
import { ofServices, type Rule } from "../rule.ts";

export const readOnlyRoot: Rule = {
  cure: "Set readOnly: true, and give the program a folder in memory (scratch) where it has to write.",
  resource: ofServices(({ readOnly }, name, context) => [
    !readOnly &&
      applicationOf(context, name)?.run.isRootWritable !== true &&
      `The root file system of ${name} is writable.`,
  ]),
};

/** The folders on disk that a container may write to, by tier. */
const DATA: Readonly<Record<string, readonly string[]>> = {
  // The folder that it shares with its agent is in memory.
  cluster: ["/var/lib/mysql", "/var/run/mysqld"],
  agents: ["/var/lib/mysql", "/var/run/mysqld"],
  // The copy that a backup is made of, and the backups.
  backups: ["/var/lib/mysql", "/var/lib/mysql-files"],
  logs: ["/victoria-logs-data"],
};

/** The folder by which the backups get the files of storages. */
const EXCHANGE_FOLDER = "/exchange";

/** The folder in which the backups, and agents, write figures for monitoring. */
const FIGURES_FOLDER = "/figures";

/** The folder of certificates that a load balancer gets by ACME. */
const CERTIFICATES = "/var/lib/haproxy";

/** Whether the container is an HAProxy that gets its certificate by ACME. */
function keepsCertificate({ topology }: Context, name: string): boolean {
  return topology.loadBalancers.some(({ haproxy, site }) => haproxy.name === name && site.acme !== undefined);
}

/** The folders on disk that a container may write to. */
function writableIn(context: Context, name: string): readonly string[] {
  if (applicationOf(context, name) !== undefined) return context.topology.application.storage.map(({ path }) => path);
  if (keepsCertificate(context, name)) return [CERTIFICATES];
  if (readsStorages(context, name)) return [EXCHANGE_FOLDER];
  const { tier } = planned(context, name) ?? {};
  if (tier === "monitoring") return monitoringFolders(context, name);
  const { reader, isWatched } = (tier === "backups" && context.topology.backups) || {};
  const agent = context.topology.cluster.databases.find((plan) => plan.agent.name === name)?.agent;
  return [
    ...(DATA[tier ?? ""] ?? []),
    ...(reader === undefined ? [] : [EXCHANGE_FOLDER]),
    ...(isWatched || agent?.isWatched ? [FIGURES_FOLDER] : []),
  ];
}

function monitoringFolders({ topology }: Context, name: string): readonly string[] {
  return (topology.monitoring?.watchers ?? []).flatMap(({ prometheus, alertmanager }) => [
    ...(prometheus.name === name ? ["/prometheus"] : []),
    ...(alertmanager.name === name ? ["/alertmanager"] : []),
  ]);
}

/** Options that every folder in memory has. */
const OF_SCRATCH = ["noexec", "nosuid", "nodev"] as const;

export const limitedWrites: Rule = {
  cure: "Mount files read-only (readOnly: true), and data at the plan's folder. A tmpfs needs size=, noexec, nosuid and nodev.",
  resource: ofServices(({ volumes, tmpfs }, name, context) => {
    const data = writableIn(context, name);
    return [
      ...volumes.map(
        ({ containerPath, readOnly }) =>
          !readOnly && !data.includes(containerPath) && `${name} can write to ${containerPath}.`,
      ),
      ...Object.entries(tmpfs).map(([path, text]) => {
        const options = text.split(",");
        const lacking = [
          ...OF_SCRATCH.filter((option) => !options.includes(option)),
          ...(options.some((option) => /^size=[1-9]/.test(option)) ? [] : ["size="]),
        ];
        return lacking.length > 0 && `The folder in memory ${path} of ${name} lacks ${lacking.join(", ")}.`;
      }),
    ];
  }),
};
