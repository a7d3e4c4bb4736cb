import { z } from "zod";
import { type About, name, whole } from "../kinds.ts";
import { entrypoint, limits, stopSeconds, words } from "./containers.ts";

const process = z.strictObject(
  {
    command: words("the words after the entry point").meta({
      description: "The command that starts it.",
      example: ["node", "/app/worker.js"],
    } satisfies About),
    entrypoint: entrypoint(),
    replicas: whole(1, 50, "containers")
      .default(1)
      .meta({ description: "The number of containers on each server that runs the application." } satisfies About),
    only: z
      .literal("one", { error: "one" })
      .optional()
      .meta({
        description: "one: a single container in the whole stack, for a scheduler that must not run twice.",
        unset: "replicas on each server",
        example: "one",
      } satisfies About),
    ...limits(256),
    stopSeconds: stopSeconds("30"),
  },
  { error: "settings of a process: command, entrypoint, replicas, only, memoryMb, cpus, pids, stopSeconds" },
);

export const processes = z
  .record(name(), process, { error: "processes by name, each with a command" })
  .default({})
  .meta({
    description:
      "Other processes of the application, such as workers and schedulers: the same image, files, environment and secrets, and no port.",
    example: { worker: { command: ["node", "/app/worker.js"] } },
  } satisfies About);

export const migrate = z.strictObject(
  {
    command: words("the words after the entry point").meta({
      description: "The command that brings the schema to the release's state.",
      example: ["python", "manage.py", "migrate", "--noinput"],
    } satisfies About),
    entrypoint: entrypoint(),
    timeoutSeconds: whole(1, 86_400, "seconds")
      .default(600)
      .meta({ description: "The time after which it is killed and counts as failed." } satisfies About),
  },
  { error: "settings of the migration: command, entrypoint, timeoutSeconds" },
);
