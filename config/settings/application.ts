import { z } from "zod";
import { CAPABILITIES } from "../capabilities.ts";
import { DATABASE_URLS, ROOT_FILESYSTEMS } from "../choices.ts";
import {
  type About,
  absolutePath,
  anySecret,
  argument,
  folder,
  hostName,
  name,
  oneOf,
  ownImage,
  path,
  port,
  statusRange,
  userId,
  variable,
  whole,
  yesOrNo,
} from "../kinds.ts";
import { entrypoint, limits, stopSeconds, words } from "./containers.ts";
import { migrate, processes } from "./processes.ts";
import { storage } from "./storage.ts";

const build = z.strictObject(
  {
    folder: folder().meta({
      description: "The folder with the Dockerfile and all that it copies.",
      example: "./my-app",
    } satisfies About),
    dockerfile: z
      .string({ error: "a file in the folder" })
      .regex(/^(?!\/)(?!.*\.\.(?:\/|$))\S+$/, "a file in the folder, as a path relative to it")
      .default("Dockerfile")
      .meta({ description: "The Dockerfile, relative to the folder." } satisfies About),
    arguments: z
      .record(z.string().regex(/^\w+$/), z.string({ error: "text" }), { error: "build arguments by name, each a text" })
      .default({})
      .meta({
        description: "The build's arguments (ARG). They are no place for secrets: an image's history shows them.",
        example: { VERSION: "1.2.3" },
      } satisfies About),
  },
  { error: "a folder with a Dockerfile, or settings of the build: folder, dockerfile, arguments" },
);

const what = {
  image: ownImage()
    .optional()
    .meta({
      description:
        "The application's image, which runs as it is: with its own command, user and working directory. With files it is the image that they are put into.",
      unset: "images.application",
      example: "registry.foobar.com/shop:1.2.3",
    } satisfies About),
  files: folder()
    .optional()
    .meta({
      description: "A folder with the application's files, which are put into the image.",
      unset: "the image's own, or the sample application",
      example: "./my-app",
    } satisfies About),
  filesPath: absolutePath()
    .default("/app")
    .meta({ description: "The folder in the container that the files are put into." } satisfies About),
  build: z
    .union([folder(), build], {
      error: "a folder with a Dockerfile, or settings of the build: folder, dockerfile, arguments",
    })
    .optional()
    .meta({
      description: "A folder with a Dockerfile, from which each engine builds the application's image.",
      unset: "nothing is built",
      example: "./my-app",
    } satisfies About),
  release: z
    .string({ error: "the name of a kept release" })
    .regex(/^[0-9a-f]{10}$/, "the name of a kept release: 10 hexadecimal digits")
    .optional()
    .meta({
      description: "A kept release that runs instead of files or build (npm run releases).",
      unset: "the present files",
      example: "0123456789",
    } satisfies About),
} as const;

const how = {
  entrypoint: entrypoint(),
  command: words("the program and its arguments")
    .optional()
    .meta({
      description: "The command that starts it: the program and its arguments, after the entry point if there is one.",
      unset: "the image's own; for files in images.application, as for the sample application, node /app/server.cjs",
      example: ["node", "/app/index.js"],
    } satisfies About),
  user: userId()
    .optional()
    .meta({
      description: "The user and the group that it runs as: a name of the image's, or numbers such as 1000:1000.",
      unset: "the image's own; for files in images.application, as for the sample application, 1000:1000",
      example: "1000:1000",
    } satisfies About),
  workingDirectory: absolutePath()
    .optional()
    .meta({
      description: "The folder that its processes start in.",
      unset: "the image's own",
      example: "/srv",
    } satisfies About),
  ...limits(256),
  startSeconds: whole(1, 3600, "seconds")
    .default(60)
    .meta({ description: "The time in which it gets ready after its start. Then an update fails." } satisfies About),
  stopSeconds: stopSeconds("15 more than the time for which it serves on, DRAIN_SECONDS"),
  writable: z
    .record(absolutePath(), whole(1, 65_536, "MB"), { error: "folders in memory, each with its size in MB" })
    .default({ "/tmp": 16 })
    .meta({
      description:
        "Folders in memory that it can write to, each with its size in MB. What is in them counts as memory, and is lost with the container.",
      example: { "/tmp": 64, "/var/cache/app": 16 },
    } satisfies About),
  rootFilesystem: oneOf(ROOT_FILESYSTEMS)
    .default("read-only")
    .meta({
      description:
        "Whether it can write outside of writable and storage. What it writes there is on the host's disk without a limit, and is lost with the container.",
    } satisfies About),
  capabilities: z
    .array(oneOf(CAPABILITIES), { error: "a list of capabilities, such as CHOWN" })
    .refine((list) => new Set(list).size === list.length, "a list that names each capability once")
    .default([])
    .meta({
      description:
        "Capabilities of the kernel that it keeps, which only an application that runs as root can use. All others are dropped.",
      example: ["SETUID", "SETGID"],
    } satisfies About),
} as const;

const told = {
  environment: z
    .record(variable(), argument(), { error: "environment variables by name, each a text" })
    .default({})
    .meta({
      description:
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the braces are the user's.
        "Environment variables. ${DATABASE_HOST} and the other variables of the stack (docs/applications.md) are replaced by their values; $$ stands for $.",
      example: { SMTP_HOST: "mail.foobar.com" },
    } satisfies About),
  secrets: z
    .record(name(), anySecret(), { error: "secret texts by name" })
    .default({})
    .meta({
      description:
        "Secrets, each a file /run/secrets/<name>. `pulumi config set --secret --path` encrypts their texts.",
      example: { "stripe-key": "…" },
    } satisfies About),
  secretVariables: z
    .record(variable(), name(), { error: "names of secrets by environment variable" })
    .default({})
    .meta({
      description:
        "Environment variables with secrets, for programs that do not read files. Whoever may inspect the container sees them.",
      example: { DB_PASSWORD: "database-password" },
    } satisfies About),
  databaseUrl: oneOf(DATABASE_URLS)
    .default("variable")
    .meta({
      description:
        "How an application of your own gets the URLs of its database, which hold the password: as the variables DATABASE_URL and DATABASE_READ_URL and as files, or as files alone.",
    } satisfies About),
} as const;

const reached = {
  port: port()
    .default(3000)
    .meta({ description: "The port that it listens on." } satisfies About),
  readinessPath: path()
    .default("/readyz")
    .meta({
      description: "The path that answers 200 while the application wants requests, and another status otherwise.",
    } satisfies About),
  readinessStatus: statusRange()
    .default("200")
    .meta({ description: "The statuses that mean ready: one, or a range such as 200-399." } satisfies About),
  host: hostName()
    .optional()
    .meta({
      description: "The host that checks of readiness name, for applications that answer no other.",
      unset: "the first of names",
      example: "shop.foobar.com",
    } satisfies About),
  https: yesOrNo()
    .optional()
    .meta({
      description:
        "Whether checks of readiness say that the visitor uses HTTPS (X-Forwarded-Proto), for applications that redirect others.",
      unset: "true where the site is served by HTTPS alone",
      example: true,
    } satisfies About),
  outbound: yesOrNo()
    .default(false)
    .meta({
      description:
        "Whether it can open connections to the outside. If not, such connections and the lookup of names outside fail at once.",
    } satisfies About),
  hiddenPaths: z
    .array(
      path()
        .refine((text) => /[^/]/.test(text), "a path below /, because / is the whole site")
        .meta({ example: "/metrics" }),
      { error: "a list of paths" },
    )
    .max(100, "at most 100 paths")
    .default(["/metrics"])
    .meta({
      description:
        "Paths that visitors may not see: they get a 404. Each stands for itself and all that is below it, in upper and lower case. [] hides none.",
      example: ["/metrics"],
    } satisfies About),
  staticFiles: folder()
    .optional()
    .meta({
      description: "A folder that Nginx serves below staticPath, compressed and cached.",
      unset: "the sample application's; none beside an application of your own",
      example: "./my-app/public",
    } satisfies About),
  staticPath: path()
    .refine((text) => text.length > 2 && text.endsWith("/"), "a path that starts and ends with /, like /static/")
    .default("/static/")
    .meta({ description: "The path below which Nginx serves files itself." } satisfies About),
} as const;

export const application = z
  .strictObject(
    {
      ...what,
      ...how,
      ...told,
      ...reached,
      storage,
      migrate: migrate.optional().meta({
        description:
          "A command that runs once for each new release, before its first instance replaces one. If it fails, nothing is replaced.",
        unset: "nothing runs",
        example: { command: ["python", "manage.py", "migrate", "--noinput"] },
      } satisfies About),
      processes,
    },
    { error: "settings of the application" },
  )
  .prefault({})
  .meta({ description: "The application. docs/applications.md explains the settings by examples." } satisfies About);
