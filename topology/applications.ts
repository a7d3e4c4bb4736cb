import { applicationKind } from "../config/applicationKind.ts";
import { isNodeImage } from "../config/kinds.ts";
import { drainSeconds } from "../config/loadBalancing.ts";
import type { Config, Settings } from "../config/schema.ts";
import type { ApplicationPlan, ProcessPlan, RunPlan } from "./applicationPlan.ts";
import type { RouterPlan } from "./databasePlan.ts";
import type { InstancePlan } from "./instancePlan.ts";
import { attachments, servingAttachment } from "./links.ts";
import { outboundNetwork, serverNetwork } from "./networks.ts";
import { planReadiness } from "./program.ts";
import { cpusText, SIZES } from "./sizes.ts";

/** Seconds after the draining in which an application can end. */
const END_SECONDS = 15;
const PROCESS_STOP_SECONDS = 30;

/** The name of the migration's container. */
const MIGRATION = "migration";

/** What runs without a command of the settings' in an image of Node.js: the sample application has this file. */
const NODE_COMMAND = ["node", "/app/server.cjs"];
const NODE_USER = "1000:1000";

export function planApplications(config: Config, routers: readonly RouterPlan[]): ApplicationPlan[] {
  const { application } = config;
  const drain = drainSeconds(config.loadBalancer.health);
  return routers.map((router): ApplicationPlan => {
    const { server } = router;
    const name = `app-${server}`;
    const listenAddress = `${name}.app`;
    return {
      ...planShared(config, router, name, {
        ...application,
        stopSeconds: application.stopSeconds ?? drain + END_SECONDS,
      }),
      attachments: [
        servingAttachment(name, serverNetwork("app", server), listenAddress),
        ...attachments(name, ...innerNetworks(config, server)),
      ],
      listenAddress,
      port: application.port,
      readiness: planReadiness(config),
      startSeconds: application.startSeconds,
      drainSeconds: drain,
      probe: hasShell(config) ? undefined : planProbe(config, server),
    };
  });
}

/** Plans the other processes: their containers on each server that runs the application, or one in the whole stack. */
export function planProcesses(config: Config, routers: readonly RouterPlan[]): ProcessPlan[] {
  return Object.entries(config.application.processes).flatMap(([process, settings]) => {
    const { only, replicas } = settings;
    return routers.slice(0, only === "one" ? 1 : undefined).flatMap((router) =>
      Array.from({ length: only === "one" ? 1 : replicas }, (_, index): ProcessPlan => {
        const name = [process, router.server, ...(index === 0 ? [] : [index + 1])].join("-");
        const run = { ...settings, stopSeconds: settings.stopSeconds ?? PROCESS_STOP_SECONDS };
        return {
          ...planShared(config, router, `process-${name}`, run),
          attachments: attachments(`process-${name}`, ...innerNetworks(config, router.server)),
          process,
        };
      }),
    );
  });
}

/** Plans the container of the migration, on the first server that runs the application. */
export function planMigration(config: Config, routers: readonly RouterPlan[]): ProcessPlan | undefined {
  const { application } = config;
  const [router] = routers;
  if (application.migrate === undefined || router === undefined) return undefined;
  const run = { ...application, ...application.migrate, stopSeconds: PROCESS_STOP_SECONDS };
  return {
    ...planShared(config, router, MIGRATION, run),
    attachments: attachments(MIGRATION, ...innerNetworks(config, router.server)),
    process: MIGRATION,
  };
}

type Run = Pick<Settings["application"], "entrypoint" | "command" | "memoryMb" | "cpus" | "pids"> & {
  readonly stopSeconds: number;
};

/** What a container of any process of the application has. */
function planShared(config: Config, { server, address, ports }: RouterPlan, name: string, settings: Run) {
  const { application, images, mysql } = config;
  const kind = applicationKind(application, images);
  return {
    name,
    host: server,
    server,
    image: application.image ?? images.application,
    memoryMb: settings.memoryMb,
    cpus: cpusText(settings.cpus),
    pids: settings.pids,
    openFiles: SIZES.application.openFiles,
    run: planRun(config, settings),
    database: mysql.database,
    writeTo: { server, address, port: ports.write },
    readFrom: { server, address, port: ports.read },
    isOutbound: application.outbound,
    databaseUrl: kind === "sample" ? undefined : application.databaseUrl,
  };
}

function planRun(config: Config, { entrypoint, command, stopSeconds }: Run): RunPlan {
  const { user, workingDirectory, capabilities, writable, rootFilesystem } = config.application;
  const isNode = hasShell(config);
  return {
    entrypoint,
    command: command ?? (isNode && entrypoint === undefined ? NODE_COMMAND : undefined),
    user: user ?? (isNode ? NODE_USER : undefined),
    workingDirectory,
    capabilities,
    writable,
    isRootWritable: rootFilesystem === "writable",
    stopSeconds,
  };
}

/** The networks of an application's container but the one that it serves. */
function innerNetworks(config: Config, server: string): string[] {
  return [serverNetwork("router", server), ...(config.application.outbound ? [outboundNetwork(config, server)] : [])];
}

/**
 * Whether the image is known to have the shell that a check in the container needs: that of Node.js which
 * `images.application` names, with the sample application or with files of the user's.
 */
function hasShell({ application, images }: Config): boolean {
  return application.image === undefined && application.build === undefined && isNodeImage(images.application);
}

/** A container with a shell in the application's network. */
function planProbe(config: Config, server: string): InstancePlan {
  const name = `probe-${server}`;
  return {
    name,
    host: server,
    image: config.images.router,
    attachments: attachments(name, serverNetwork("app", server)),
    ...SIZES.probe,
  };
}
