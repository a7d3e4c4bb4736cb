import { engineLabels } from "../../../../engine/labels.ts";
import { networkOf } from "../../../../topology/plan.ts";
import type { Stack } from "../../../stack/stack.ts";
import type { DrillContext } from "../../drill.ts";
import type { Cause } from "../cause.ts";
import { whileFrozen } from "../dead.ts";

const watcherOf = ({ topology }: Stack) => topology.monitoring?.watchers[0];
const needsOneWatcher = ({ topology }: Stack) =>
  topology.monitoring?.watchers.length === 1 ? undefined : "another watcher goes on where one is dead";
const needsMachines = ({ topology }: Stack) =>
  topology.monitoring?.nodeExporters.length === 0 ? "the machines are not watched: monitoring.machines" : undefined;
const needsBackups = (stack: Stack) =>
  stack.topology.backups === undefined ? "the stack takes no backups: mysql.backup" : needsMachines(stack);

async function whileStopped(context: DrillContext, service: string, work: () => Promise<void>): Promise<void> {
  context.say(`stopping ${service}`);
  await context.containers.whileStopped(service, work);
}

/** The memory that a container may have which wants more, in MiB. */
const SMALL_MB = 16;

/** Runs a container of an own image of the stack until the kernel ends it for its want of memory. */
async function runOutOfMemory({ engines, topology, state }: DrillContext): Promise<void> {
  const [web] = topology.web;
  if (web === undefined) return;
  const bytes = SMALL_MB * 1024 * 1024;
  const container = await engines.of(web).createContainer({
    Image: web.image,
    Entrypoint: ["tail", "/dev/zero"],
    Cmd: [],
    Labels: engineLabels(topology, { state, purpose: "drill" }),
    HostConfig: { NetworkMode: "none", AutoRemove: true, Memory: bytes, MemorySwap: bytes },
  });
  const ended = container.wait({ condition: "removed" });
  await container.start();
  await ended;
}

export const OTHER_CAUSES: readonly Cause[] = [
  {
    name: "alert-unwatched",
    does: "nobody asks the site whether it answers",
    alerts: () => ["SiteUnwatched", "TargetMissing"],
    obstacle: needsOneWatcher,
    produce: (context, untilFired) =>
      whileStopped(context, watcherOf(context)?.blackboxExporter.name ?? "", untilFired),
  },
  {
    name: "alert-alertmanager-dead",
    does: "no Alertmanager takes alerts, as soon as one does again",
    alerts: () => ["AlertmanagerUnreachable", "TargetMissing"],
    mayPage: ["SiteUnwatched"],
    obstacle: needsOneWatcher,
    produce: (context, untilFired) => whileStopped(context, watcherOf(context)?.alertmanager.name ?? "", untilFired),
  },
  {
    name: "alert-log-store-dead",
    does: "the log store is away, and lines are on the engine alone",
    alerts: () => ["LogStoreSilent"],
    obstacle: ({ topology }) =>
      topology.logStore === undefined ? "the stack has no log store: logs.store" : undefined,
    produce: (context, untilFired) => whileStopped(context, context.topology.logStore?.name ?? "", untilFired),
  },
  {
    name: "alert-out-of-memory",
    does: "the kernel ends a container that wants more memory than it may have",
    alerts: () => ["OutOfMemory"],
    obstacle: needsMachines,
    async produce(context, untilFired) {
      context.say(`running a container of ${SMALL_MB} MB that wants more`);
      await runOutOfMemory(context);
      await untilFired();
    },
  },
  {
    name: "alert-backups-fail",
    does: "backups cannot be taken",
    alerts: () => ["BackupFailing"],
    obstacle: needsBackups,
    lastsSeconds: 60,
    async produce(context, untilFired) {
      const { containers, topology, say } = context;
      const service = topology.backups?.name ?? "";
      say(`cutting ${service} off from the databases`);
      await containers.whileCutOff(service, networkOf(topology, "replication").engineName, untilFired);
    },
  },
  {
    name: "alert-archives-late",
    does: "the binary log is not archived for ten minutes",
    alerts: () => ["ArchiveBehind"],
    obstacle: needsBackups,
    lastsSeconds: 600,
    produce: (context, untilFired) => {
      const service = context.topology.backups?.name ?? "";
      context.say(`pausing ${service}`);
      return whileFrozen(context, [service], untilFired);
    },
  },
];
