import { z } from "zod";
import { type About, syslogAddress, whole } from "../kinds.ts";

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
    },
    { error: "settings of logs: keepMb, syslog" },
  )
  .prefault({})
  .meta({
    description: "Logs: how much of them engines keep for npm run logs, and a server that gets them, too.",
  } satisfies About);
