import { z } from "zod";
import { type About, port, syslogAddress, whole } from "../kinds.ts";

const store = z.strictObject(
  {
    retentionDays: whole(1, 3650, "days")
      .default(15)
      .meta({ description: "The time for which the store keeps lines." } satisfies About),
    retentionMb: whole(64, 1_048_576, "MB")
      .default(1024)
      .meta({
        description:
          "The space for lines, which are compressed to about a tenth; the oldest days leave first. Two days stay in any case.",
      } satisfies About),
    port: port()
      .default(9428)
      .meta({
        description:
          "The port at 127.0.0.1 of its host: by TCP the store's page and its API, which ask for no password, and by UDP the lines of the engine.",
      } satisfies About),
  },
  { error: "settings of the log store: retentionDays, retentionMb, port" },
);

export const logs = z
  .strictObject(
    {
      keepMb: whole(3, 100_000, "MB")
        .default(30)
        .meta({
          description:
            "The space on its engine for the log of each container, in three files; the oldest lines leave first. 30 MB are 79,000 requests of a web server. A change replaces every container, one after the other.",
        } satisfies About),
      syslog: syslogAddress()
        .optional()
        .meta({
          description:
            "A log server that gets every line of every container, too, by syslog (RFC 5424) with the container's name as the application's. Lines are lost while it is away; containers go on. Its name is looked up by each engine's host. A change replaces every container, one after the other.",
          unset: "lines are on the engines alone",
          example: "udp://logs.foobar.com:514",
        } satisfies About),
      store: store.optional().meta({
        description:
          "A log store of the stack's own, VictoriaLogs, that gets every line of every container and searches them: [docs/operations.md](operations.md#the-log-store). It is there if this is set, even to an empty {}. A change of the port replaces every container, one after the other.",
        unset: "there is none",
        example: {},
      } satisfies About),
    },
    { error: "settings of logs: keepMb, syslog, store" },
  )
  .prefault({})
  .meta({
    description: "Logs: how much of them engines keep for npm run logs, and a server or a store that gets them, too.",
  } satisfies About);
