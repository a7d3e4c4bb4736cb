import { z } from "zod";
import { type About, folder, path, port } from "../kinds.ts";

export const application = z
  .strictObject(
    {
      files: folder()
        .optional()
        .meta({
          description:
            "A folder that is mounted at /app on every server. app/README.md is the contract of an application.",
          unset: "the sample application",
          example: "./my-app",
        } satisfies About),
      command: z
        .array(z.string({ error: "text" }).min(1, "text that is not empty"), {
          error: "a list: the program and its arguments",
        })
        .min(1, "the program and its arguments")
        .default(["node", "/app/server.cjs"])
        .meta({ description: "The command that starts it: the program and its arguments." } satisfies About),
      port: port()
        .default(3000)
        .meta({ description: "The port that it listens on." } satisfies About),
      readinessPath: path()
        .default("/readyz")
        .meta({
          description: "The path that answers 200 while the application wants requests, and another status otherwise.",
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
          unset: "the sample application's; none beside files of your own",
          example: "./my-app/public",
        } satisfies About),
      staticPath: path()
        .refine((text) => text.length > 2 && text.endsWith("/"), "a path that starts and ends with /, like /static/")
        .default("/static/")
        .meta({ description: "The path below which Nginx serves files itself." } satisfies About),
      release: z
        .string({ error: "the name of a kept release" })
        .regex(/^[0-9a-f]{10}$/, "the name of a kept release: 10 hexadecimal digits")
        .optional()
        .meta({
          description: "A kept release that runs instead of files (npm run releases).",
          unset: "the present files",
          example: "0123456789",
        } satisfies About),
    },
    { error: "settings of the application" },
  )
  .prefault({})
  .meta({ description: "The application." } satisfies About);
