import { z } from "zod";
import { type About, whole } from "../kinds.ts";

const rateLimit = z.strictObject(
  {
    requestsPerSecond: whole(1, 100_000, "requests").meta({
      description: "Requests per second of one client at one web server.",
      example: 20,
    } satisfies About),
    burst: whole(0, 100_000, "requests")
      .default(0)
      .meta({ description: "Further requests that are accepted at once." } satisfies About),
  },
  { error: "the rate limit: requestsPerSecond and burst" },
);

export const web = z
  .strictObject(
    {
      maxBodyMb: whole(1, 1024, "MB")
        .default(1)
        .meta({
          description:
            "The largest request body; larger ones are refused (413). An application may refuse smaller ones: the sample refuses those over 64 kB.",
        } satisfies About),
      requestTimeoutSeconds: whole(1, 3600, "seconds")
        .default(25)
        .meta({
          description: "The application's time limit for an answer; then the visitor gets a 504.",
        } satisfies About),
      rateLimit: rateLimit.optional().meta({
        description: "The number of requests that one client may send. Further ones are refused (429).",
        unset: "no limit",
        example: { requestsPerSecond: 20 },
      } satisfies About),
    },
    { error: "settings of the web servers" },
  )
  .prefault({})
  .meta({ description: "The web servers: Nginx in front of the application." } satisfies About);
