import { applicationKind } from "../config/applicationKind.ts";
import { httpMode } from "../config/loadBalancing.ts";
import { siteName } from "../config/names.ts";
import type { Config } from "../config/schema.ts";
import type { ProgramPlan, ReadinessPlan } from "./applicationPlan.ts";

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

/** Plans what the application is, and what all of its processes share. */
export function planProgram({ project, stack, application, images, mysql }: Config): ProgramPlan {
  const { migrate } = application;
  return {
    ...sourceOf(application, images),
    filesPath: application.filesPath,
    toolImage: images.router,
    imageName: `${project}-${stack}-app`,
    secrets: application.secrets,
    secretVariables: application.secretVariables,
    environment: application.environment,
    storage: Object.entries(application.storage).map(([name, { path, driver, options }]) => ({
      name,
      path,
      // As the databases' volumes: a restore has its own, so that what it replaces is kept.
      volume: [project, stack, "storage", name, ...(mysql.restored === undefined ? [] : [mysql.restored])].join("-"),
      driver,
      options,
    })),
    timeline: mysql.restored ?? "first",
    migrate: migrate && {
      entrypoint: migrate.entrypoint,
      command: migrate.command,
      timeoutSeconds: migrate.timeoutSeconds,
    },
  };
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
