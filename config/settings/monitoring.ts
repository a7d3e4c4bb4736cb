import { z } from "zod";
import { type About, anySecret, name, path, port, whole, yesOrNo } from "../kinds.ts";
import { receivers } from "./receivers.ts";

const watchdog = z.strictObject(
  {
    urlSecret: name().meta({
      description: "The name, in monitoring.secrets, of the URL that is called.",
      example: "watchdog-url",
    } satisfies About),
  },
  { error: "settings of the watchdog: urlSecret" },
);

export const monitoring = z
  .strictObject(
    {
      enabled: yesOrNo()
        .default(false)
        .meta({
          description:
            "Whether the stack is watched: Prometheus, Alertmanager, exporters and a board, about 110 MiB of memory and 3 to 5 % of a core.",
        } satisfies About),
      scrapeSeconds: whole(2, 60, "seconds")
        .default(5)
        .meta({
          description:
            "How often figures are read. The site is looked at every 3 seconds in any case. A dead server is noticed after twice this time and 9 seconds.",
        } satisfies About),
      retentionDays: whole(1, 3650, "days")
        .default(15)
        .meta({ description: "The time for which figures are kept." } satisfies About),
      retentionMb: whole(256, 1_048_576, "MB")
        .default(1024)
        .meta({
          description: "The space for figures; the oldest leave first. A day takes 25 to 57 MB with the defaults.",
        } satisfies About),
      failuresIn10000: whole(1, 1000, "requests")
        .default(10)
        .meta({
          description:
            "The objective: of 10,000 requests in a month so many may fail. 10 are an objective of 99.9 %. Alerts say when failures use that up too fast.",
        } satisfies About),
      probePath: path()
        .optional()
        .meta({
          description:
            "The path that is asked for every 3 seconds as a visitor would do it. Any answer but a redirect, a 429 or a success counts as a failure.",
          unset: "/api/messages of the sample application, else /",
          example: "/",
        } satisfies About),
      applicationMetrics: path()
        .optional()
        .meta({
          description:
            "The path at which the application itself has figures for Prometheus. Nginx passes it on to Prometheus alone.",
          unset: "/metrics of the sample application, else none",
          example: "/metrics",
        } satisfies About),
      machines: yesOrNo()
        .default(true)
        .meta({
          description:
            "Whether the machines are watched, too: disks, memory, load. The exporter on each machine has the whole file system read-only, as a user without rights.",
        } satisfies About),
      board: yesOrNo()
        .default(true)
        .meta({
          description:
            "Whether monitoring has a board: one page that shows how the stack is. It takes 3 MiB of memory.",
        } satisfies About),
      boardPort: port()
        .default(8090)
        .meta({
          description: "The port at 127.0.0.1 of its host by which the board is reached. It asks for no password.",
        } satisfies About),
      grafana: yesOrNo()
        .default(false)
        .meta({
          description:
            "Whether monitoring has Grafana, with a dashboard of the stack's figures. It takes about 100 MiB of memory.",
        } satisfies About),
      grafanaPort: port()
        .default(3000)
        .meta({
          description:
            "The port at 127.0.0.1 of its host by which Grafana is reached. It asks for no password, and keeps nothing that is changed there.",
        } satisfies About),
      prometheusPort: port()
        .optional()
        .meta({
          description: "The port at 127.0.0.1 of its host by which Prometheus is reached. It asks for no password.",
          unset: "it is not published",
          example: 9090,
        } satisfies About),
      alertmanagerPort: port()
        .optional()
        .meta({
          description: "The port at 127.0.0.1 of its host by which Alertmanager is reached. It asks for no password.",
          unset: "it is not published",
          example: 9093,
        } satisfies About),
      receivers,
      watchdog: watchdog.optional().meta({
        description:
          "A service outside that is called every minute while monitoring works, and that tells somebody when the calls stop.",
        unset: "nobody notices when monitoring itself stops",
        example: { urlSecret: "watchdog-url" },
      } satisfies About),
      secrets: z
        .record(name(), anySecret(), { error: "secret texts by name" })
        .default({})
        .meta({
          description:
            "Secrets of receivers and of the watchdog, by the names that they use. `pulumi config set --secret --path` encrypts their texts.",
          example: { "slack-url": "…" },
        } satisfies About),
    },
    { error: "settings of monitoring" },
  )
  .prefault({})
  .meta({
    description:
      "Monitoring: Prometheus with exporters, alerts, and who is told of them. docs/alerts.md has the alerts.",
  } satisfies About);
