import { applicationKind } from "../config/applicationKind.ts";
import { httpMode } from "../config/loadBalancing.ts";
import { siteName } from "../config/names.ts";
import type { Config } from "../config/schema.ts";
import type { ProgramPlan, ReadinessPlan, StoragePlan } from "./applicationPlan.ts";

/** The host that checks name if neither the application's settings nor the site's name one. */
const USUAL_HOST = "www.foobar.com";

const DOCKERFILE = "Dockerfile";

/** What the application runs, by its settings and those of the images. */
export function sourceOf(application: Config["application"], images: Config["images"]) {
  const { build, files, image, release } = application;
  const built = typeof build === "string" ? { folder: build, dockerfile: DOCKERFILE, arguments: {} } : build;
  const kind = applicationKind(application, images);
  return {
    kind,
    folder: built?.folder ?? files,
    release,
    image: image ?? images.application,
    isOwnImage: image !== undefined,
    dockerfile: built?.dockerfile ?? DOCKERFILE,
    buildArguments: built?.arguments ?? {},
  };
}

/** Plans the folders that outlive containers. */
export function planStorages({ project, stack, application, mysql }: Config): StoragePlan[] {
  return Object.entries(application.storage).map(([name, { path, driver, options }]) => {
    const isShared = driver !== "local" || options["device"] !== undefined;
    // As the databases' volumes: a restore has its own, so that what it replaces is kept. Another name does not lead to
    // another place where the options or the driver say which it is.
    const restored = isShared || mysql.restored === undefined ? [] : [mysql.restored];
    return { name, path, volume: [project, stack, "storage", name, ...restored].join("-"), driver, options, isShared };
  });
}

/** Plans what the application is, and what all of its processes share. */
export function planProgram(config: Config): ProgramPlan {
  const { project, stack, application, images, mysql } = config;
  const { migrate } = application;
  return {
    ...sourceOf(application, images),
    filesPath: application.filesPath,
    toolImage: images.router,
    imageName: releaseImageName(project, stack),
    secrets: application.secrets,
    secretVariables: application.secretVariables,
    environment: application.environment,
    storage: planStorages(config),
    timeline: mysql.restored ?? "first",
    migrate: migrate && {
      entrypoint: migrate.entrypoint,
      command: migrate.command,
      timeoutSeconds: migrate.timeoutSeconds,
    },
  };
}

/** The name, without a tag, of the images that are built for releases of a stack. */
export function releaseImageName(project: string, stack: string): string {
  return `${project}-${stack}-app`;
}

/** Plans the check of the application's readiness. */
export function planReadiness({ application, names, loadBalancer }: Config): ReadinessPlan {
  return {
    path: application.readinessPath,
    host: application.host ?? siteName(names)?.toLowerCase() ?? USUAL_HOST,
    isHttps: application.https ?? httpMode(loadBalancer) !== "serve",
    status: application.readinessStatus,
  };
}
