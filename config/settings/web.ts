import { z } from "zod";
import { type About, folder, whole } from "../kinds.ts";

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
      maxBodyMb: whole(1, 10_240, "MB")
        .default(1)
        .meta({
          description:
            "The largest request body; larger ones are refused (413). An application may refuse smaller ones: the sample refuses those over 64 kB.",
        } satisfies About),
      requestTimeoutSeconds: whole(1, 3600, "seconds")
        .default(30)
        .meta({
          description:
            "The application's time limit until an answer begins, counted from the end of the request; then the visitor gets a 504. An answer that has begun may take longer. A long poll needs a larger limit than the time for which it waits.",
        } satisfies About),
      idleSeconds: whole(10, 86_400, "seconds")
        .default(7200)
        .meta({
          description:
            "The time for which an answer that has begun, such as an event stream, and an upgraded connection, such as a WebSocket, may be silent before it is closed.",
        } satisfies About),
      finishSeconds: whole(1, 3600, "seconds")
        .default(90)
        .meta({
          description:
            "The time for which uploads, downloads, event streams and WebSockets may go on when the web server or the load balancer that passes them on is replaced. Then they are closed, and clients that connect again reach another one. An update waits for so long, if there are any. At least requestTimeoutSeconds.",
        } satisfies About),
      errorPages: folder()
        .optional()
        .meta({
          description:
            "A folder with pages of your own for errors that are not the application's answers, named after their status: 404.html, 502.html, 503.html. The application's own pages pass unchanged.",
          unset: "a short text, and for 503 a page that tries again",
          example: "./errors",
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
