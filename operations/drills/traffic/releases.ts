import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { applicationFolder } from "../../../components/appTier/applicationFolder.ts";
import { SAMPLE_STATIC_FILES } from "../../../components/appTier/sampleApp.ts";
import type { ImageName, Settings } from "../../../config/schema.ts";
import { ROOT } from "../../stack/project.ts";
import { atWork, requireRenewed } from "./certificates.ts";
import type { TrafficDrill } from "./drill.ts";
import { whileThereIsAnother } from "./images.ts";
import { maintainableServer } from "./servers.ts";
import { APPLICATION, NGINX, needsTwo } from "./tiers.ts";

/** The limit of a release and its rollback: visitors notice nothing. */
const UNNOTICED = () => ({ failed: 0, duplicated: 0, gapMs: 2_000 });

/** Another allowed value. */
function next(value: number, most: number): number {
  return value < most ? value + 1 : value - 1;
}

/**
 * The sample application's settings as if it were a user's application. The command is spelt differently, because the
 * configuration refuses the sample's command with another folder. The static files stay: otherwise Nginx would be
 * released, too.
 */
function asOwn({
  command,
  staticFiles = SAMPLE_STATIC_FILES,
}: Pick<Settings["application"], "command" | "staticFiles">) {
  return {
    command: (command ?? ["node", "/app/server.cjs"]).map((word) => word.replace("/app/", "/app/./")),
    staticFiles,
  };
}

function imageRelease(image: ImageName, title: string, obstacle: TrafficDrill["obstacle"]): TrafficDrill {
  return {
    name: `release-${image}-image`,
    proves: `another version of ${title}'s image is rolled out and taken back without a visitor noticing`,
    obstacle,
    limit: UNNOTICED,
    run: ({ engines, config, release }) =>
      whileThereIsAnother(engines, config.images[image], (other) =>
        release({ images: { ...config.images, [image]: other } }),
      ),
  };
}

export const RELEASES: readonly TrafficDrill[] = [
  {
    name: "release-files",
    proves: "new application files are rolled out and taken back without a visitor noticing",
    obstacle: ({ topology }) => needsTwo(APPLICATION, topology),
    limit: UNNOTICED,
    async run({ config, release }) {
      const { files, release: kept, ...settings } = config.application;
      const folder = await mkdtemp(join(tmpdir(), "foobar-drill-"));
      try {
        await cp(resolve(ROOT, applicationFolder({ folder: files, release: kept })), folder, { recursive: true });
        await writeFile(join(folder, "drill.txt"), `${folder}\n`);
        await release({ application: { ...settings, ...(files === undefined ? asOwn(settings) : {}), files: folder } });
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  },
  imageRelease("application", "the application", ({ topology }) => needsTwo(APPLICATION, topology)),
  {
    name: "release-nginx",
    proves: "a changed setting of Nginx is rolled out and taken back without a visitor noticing",
    obstacle: ({ topology }) => needsTwo(NGINX, topology),
    limit: UNNOTICED,
    run: ({ config, release }) =>
      release({
        web: { ...config.web, requestTimeoutSeconds: next(config.web.requestTimeoutSeconds, 3_600) },
      }),
  },
  imageRelease("nginx", "Nginx", ({ topology }) => needsTwo(NGINX, topology)),
  {
    name: "release-haproxy",
    proves: "a changed setting of HAProxy is rolled out and taken back without a visitor noticing",
    obstacle: () => undefined,
    limit: UNNOTICED,
    run: ({ config, release }) => {
      const { health } = config.loadBalancer;
      return release({
        loadBalancer: { ...config.loadBalancer, health: { ...health, rise: next(health.rise, 100) } },
      });
    },
  },
  imageRelease("haproxy", "HAProxy", () => undefined),
  {
    name: "renew-certificates",
    proves:
      "the authority's certificate and all that it signs are renewed, without a visitor by HTTPS noticing; running databases and the load balancers' fallbacks take the new ones",
    obstacle: ({ topology }) => needsTwo(APPLICATION, topology),
    limit: UNNOTICED,
    byHttps: true,
    async run(context) {
      const before = await atWork(context);
      // Of whatever generation the authority's key is.
      await context.renew("authority*-certificate");
      requireRenewed(before, await atWork(context));
    },
  },
  {
    name: "maintenance",
    proves: "a server is taken out and put back without a visitor noticing, and gets no request meanwhile",
    obstacle: (stack) =>
      maintainableServer(stack) === undefined ? "the site cannot be used without any of its servers" : undefined,
    limit: UNNOTICED,
    async run(context) {
      const { config, release, holdSeconds, wait, serversFromNow } = context;
      const server = maintainableServer(context);
      const servers = config.servers.map((settings) =>
        settings.name === server ? { ...settings, traffic: "maintenance" as const } : settings,
      );
      await release({ servers }, async () => {
        const answered = serversFromNow();
        await wait(holdSeconds);
        if (server !== undefined && answered().has(server)) throw new Error(`${server} answered while it was out`);
      });
    },
  },
];
