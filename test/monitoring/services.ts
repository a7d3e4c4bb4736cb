import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";

/** A request that a service has got. */
export interface Call {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The answer's status. */
  readonly status: number;
  /** `performance.now()` at its arrival. */
  readonly at: number;
}

/** Services that take notifications, as the real ones do, at one port. */
export interface Services {
  readonly port: number;
  readonly calls: readonly Call[];
  close(): Promise<void>;
}

/** What the services expect in addresses, headers and bodies. */
export const SECRETS = {
  hook: "h00k-5ecret",
  hookToken: "h00k-t0ken",
  slack: "T0/B0/5lack-5ecret",
  ntfy: "tk_ntfy5ecret",
  telegram: "123456:tele-5ecret",
  pagerduty: "r0uting-5ecret-of-32-characters-",
  watchdog: "w4tchdog-5ecret",
} as const;

export const CHAT = "-1001234567890";
export const TOPIC = "foobar-alerts";

const slackBody = z.object({
  channel: z.literal("#operations"),
  attachments: z.array(z.object({ title: z.string().min(1), text: z.string().min(1) })).length(1),
});
/** ntfy decodes JSON by types: a priority in quotes is an error. */
const ntfyBody = z.strictObject({
  topic: z.literal(TOPIC),
  title: z.string(),
  message: z.string().min(1),
  priority: z.int().min(1).max(5),
});
const telegramBody = z.object({
  chat_id: z.union([z.literal(CHAT), z.literal(Number(CHAT))]),
  text: z.string().min(1).max(4096),
});
const pagerdutyBody = z.object({
  routing_key: z.literal(SECRETS.pagerduty),
  event_action: z.enum(["trigger", "resolve"]),
  dedup_key: z.string().min(1),
  payload: z.object({
    summary: z.string().min(1).max(1024),
    source: z.string().min(1),
    severity: z.enum(["critical", "error", "warning", "info"]),
  }),
});
/** Version 4 of Alertmanager's own body. */
const hookBody = z.object({ version: z.literal("4"), status: z.string(), alerts: z.array(z.unknown()).min(1) });

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The answer to a request, by path; undefined: none ever. */
function answerTo(path: string, { authorization }: IncomingHttpHeaders, body: string): Answer | undefined {
  const judged = (schema: z.ZodType, good: Answer): Answer => {
    const { error } = schema.safeParse(body.startsWith("{") ? JSON.parse(body) : body);
    return error === undefined ? good : { status: 400, body: z.prettifyError(error) };
  };
  const withToken = (token: string, good: () => Answer): Answer =>
    authorization === `Bearer ${token}` ? good() : { status: 401, body: "unauthorized" };
  switch (path) {
    case `/hook/${SECRETS.hook}`:
      return withToken(SECRETS.hookToken, () => judged(hookBody, { status: 200, body: "" }));
    case `/services/${SECRETS.slack}`:
      return judged(slackBody, { status: 200, body: "ok" });
    case "/":
      return withToken(SECRETS.ntfy, () => judged(ntfyBody, { status: 200, body: '{"id":"x"}' }));
    case `/bot${SECRETS.telegram}/sendMessage`:
      return judged(telegramBody, {
        status: 200,
        // Alertmanager reads the chat's number, and ends where there is none.
        body: JSON.stringify({
          ok: true,
          result: { message_id: 1, date: 1, chat: { id: Number(CHAT), type: "group" } },
        }),
      });
    case "/v2/enqueue":
      return judged(pagerdutyBody, { status: 202, body: '{"status":"success","message":"Event processed"}' });
    case `/ping/${SECRETS.watchdog}`:
      return { status: 200, body: "OK" };
    case "/never":
      return undefined;
    default:
      return { status: 404, body: "no_service" };
  }
}

export async function startServices(): Promise<Services> {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const { url: path = "", headers } = request;
    const at = performance.now();
    const body = await text(request);
    const answer = answerTo(path, headers, body);
    calls.push({ path, headers, body, status: answer?.status ?? 0, at });
    if (answer !== undefined)
      response
        .writeHead(answer.status, { "content-type": answer.body.startsWith("{") ? "application/json" : "text/plain" })
        .end(answer.body);
  });
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address !== "object") throw new Error("the services have no port");
  return {
    port: address.port,
    calls,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
