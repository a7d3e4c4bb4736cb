import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import formbody from "@fastify/formbody";
import Fastify, {
  type FastifyError,
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { DatabaseUnavailable } from "./failure.ts";
import type { Readiness } from "./health.ts";
import type { DatabaseNode } from "./host.ts";
import { type Message, MessageDraft, type Messages } from "./messages.ts";
import type { Metrics } from "./metrics.ts";
import { isNear } from "./near.ts";
import { CONTENT_SECURITY_POLICY, type PageView, renderError, renderPage } from "./page.ts";
import { justPosted, postedCookie } from "./posted.ts";
import type { Settings } from "./settings.ts";
import { STATIC_PATH, type StaticFile } from "./staticFiles.ts";
import { APPLICATION } from "./version.ts";

/** The parts of the HTTP server; tests replace them. */
export interface ServerParts {
  readonly settings: Pick<Settings, "serverName" | "release" | "logLevel">;
  readonly messages: Messages;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  /** The files that the page refers to, by name. An Nginx in front serves the same files itself. */
  readonly staticFiles: ReadonlyMap<string, StaticFile>;
  /** The primary, by its last known state. */
  writeNode(): DatabaseNode | undefined;
  /** Receives log lines instead of standard output. */
  readonly logTo?: { write(line: string): void };
}

// Machines request these every second or so: their log lines would hide the visitors'.
const QUIET = new Set(["/livez", "/readyz", "/metrics"]);
const RETRY_AFTER_SECONDS = 5;
/** The largest body in bytes. A message is far smaller; the smallest limit of the web servers is 1 MB. */
const BODY_LIMIT = 64 * 1024;
/** The largest headers in bytes: the load balancer takes 32 kB, and the proxies add to them. */
const HEADERS_LIMIT = 40 * 1024;
/** The longest delay of an answer that a client on a private network can ask for, to try out slow answers. */
const LONGEST_DELAY_MS = 2000;

/** The load balancer's id of a request, if it is harmless in a log and a header; else a new one. */
function requestId(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

/** Whether a part of the request's body is still to come. */
function isArriving({ headers, complete, readableEnded }: IncomingMessage): boolean {
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return hasBody && !complete && !readableEnded;
}

function toJson(message: Message) {
  return { ...message, createdAt: message.createdAt.toISOString() };
}

type Parsed = { readonly draft: MessageDraft } | { readonly problems: { field: string; message: string }[] };

function parseDraft(body: unknown): Parsed {
  const parsed = MessageDraft.safeParse(body);
  if (parsed.success) return { draft: parsed.data };
  return {
    problems: parsed.error.issues.map((issue) => ({
      field: issue.path.join(".") || "body",
      message: issue.path.length === 0 ? "must be an object with a text and, if wanted, an author" : issue.message,
    })),
  };
}

/** The visitor's input, to be shown again. */
function typed(body: unknown): { author: string; text: string } {
  const of = (key: string) => {
    const value = typeof body === "object" && body !== null ? Reflect.get(body, key) : undefined;
    return typeof value === "string" ? value : "";
  };
  return { author: of("author"), text: of("text") };
}

/** Adds Retry-After, except after a write that may have happened: a retry could write it twice. */
function unavailable(reply: FastifyReply, error: DatabaseUnavailable): FastifyReply {
  reply.code(503);
  return error.outcome === "unknown" ? reply : reply.header("retry-after", RETRY_AFTER_SECONDS);
}

/** The explanation for a visitor. Addresses and error codes are for the log. */
function explain(error: DatabaseUnavailable): { title: string; details: string[] } {
  if (error.operation === "read") return { title: "The messages cannot be read just now.", details: [] };
  if (error.outcome === "not-done") {
    return { title: "Your message was not saved.", details: ["The primary database cannot be written just now."] };
  }
  return {
    title: "It is not known whether your message was saved.",
    details: ["The database went away before it confirmed. Look for the message in the list before posting it again."],
  };
}

const noSchemas = (): never => {
  throw new Error("no route may have a JSON schema: their compilers are not bundled");
};

/** Builds the application's HTTP server; the caller makes it listen. */
export function buildServer(parts: ServerParts): FastifyInstance {
  const { settings, messages, readiness, metrics, staticFiles } = parts;
  const { serverName, release } = settings;

  const options: FastifyHttpOptions<Server> = {
    logger: {
      level: settings.logLevel,
      base: { server: serverName, release },
      ...(parts.logTo === undefined ? {} : { stream: parts.logTo }),
    },
    // One log line for each request, written below, instead of two. Nginx has the same name for the id.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "request_id" }),
    genReqId: requestId,
    // The proxies are on private networks; a client address that an outsider claims is not trusted.
    trustProxy: ["loopback", "linklocal", "uniquelocal"],
    bodyLimit: BODY_LIMIT,
    http: { maxHeaderSize: HEADERS_LIMIT },
    requestTimeout: 30_000,
    // Longer than the proxy keeps an idle connection, or the two race for the last request.
    keepAliveTimeout: 75_000,
    // A request that still arrives while the server closes is served like any other.
    return503OnClosing: false,
    // No route has a schema; zod checks bodies.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    frameworkErrors: (error, request, reply) => {
      stamp(request.id, reply);
      sendError(wantsJson(request.url), error.statusCode ?? 400, error.message, reply);
    },
  };
  const app: FastifyInstance = Fastify(options);
  app.register(formbody);

  function stamp(id: string, reply: FastifyReply): void {
    reply.header("x-server", serverName).header("x-request-id", id).header("cache-control", "no-store");
    reply.header("x-content-type-options", "nosniff");
  }

  app.addHook("onRequest", async (request, reply) => stamp(request.id, reply));

  // Checked late, because draining may have begun meanwhile: a connection that stays open would delay the end.
  app.addHook("onSend", async ({ raw }, reply) => {
    if (!isArriving(raw)) {
      if (readiness.draining) reply.header("connection", "close");
      return;
    }
    // If the connection is closed while a proxy still sends the body, the answer is lost: the proxy sees a broken
    // connection, and its visitor a 502. So the rest of the body is read and discarded.
    reply.removeHeader("connection");
    reply.raw.removeHeader("connection");
    raw.resume();
  });

  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    const { method } = request;
    const status = reply.statusCode;
    metrics.request({ route, method, status }, reply.elapsedTime / 1000);
    if (QUIET.has(route)) return;
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    request.log.info({ method, url: request.url, status, ms, client: request.ip }, "request");
  });

  const html = (reply: FastifyReply, body: string) =>
    reply.header("content-security-policy", CONTENT_SECURITY_POLICY).type("text/html; charset=utf-8").send(body);

  const wantsJson = (url: string) => !/^\/(messages)?([?#]|$)/.test(url);

  function sendError(json: boolean, status: number, message: string, reply: FastifyReply): FastifyReply {
    reply.code(status);
    if (json) return reply.send({ error: ERROR_WORDS[status] ?? "error", message });
    return html(reply, renderError(`Error ${status}`, message, release));
  }

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const json = wantsJson(request.url);
    if (error instanceof DatabaseUnavailable) {
      unavailable(reply, error);
      request.log.warn({ outcome: error.outcome, reason: error.message }, "database unavailable");
      const { title, details } = explain(error);
      const told = [title, ...details].join(" ");
      return reply.send({ error: "unavailable", outcome: error.outcome, message: told });
    }
    const status = error.statusCode ?? 500;
    if (status < 500) return sendError(json, status, error.message, reply);
    request.log.error({ err: error }, "unexpected failure");
    return sendError(json, 500, "Something went wrong on our side.", reply);
  });

  app.setNotFoundHandler((request, reply) => {
    const browser = !request.url.startsWith("/api/") && request.headers.accept?.includes("text/html") === true;
    return sendError(!browser, 404, `There is no ${request.method} ${request.url.slice(0, 200)} here.`, reply);
  });

  /** Sends the page, with the parts that are available. */
  async function sendPage(
    request: FastifyRequest,
    reply: FastifyReply,
    more: Pick<PageView, "problem" | "draft"> = {},
  ): Promise<FastifyReply> {
    const read = await messages.newest(justPosted(request.headers.cookie)).catch((error: unknown) => {
      if (error instanceof DatabaseUnavailable) return error;
      throw error;
    });
    const readable = !(read instanceof DatabaseUnavailable);
    // The result of a post decides the status; the list below it is an extra.
    if (!readable && more.problem === undefined) unavailable(reply, read);
    const writeNode = parts.writeNode();
    return html(
      reply,
      renderPage({
        server: serverName,
        release,
        posting: messages.posting(),
        ...(readable ? { read: { node: read.node, messages: read.value, behind: read.behind } } : {}),
        ...(writeNode === undefined ? {} : { writeNode }),
        ...more,
      }),
    );
  }

  app.get("/", async (request, reply) => sendPage(request, reply));

  app.post("/messages", async (request, reply) => {
    const parsed = parseDraft(request.body);
    const draft = typed(request.body);
    if ("problems" in parsed) {
      const details = parsed.problems.map(({ field, message }) => `${field} ${message}`);
      reply.code(400);
      return sendPage(request, reply, { problem: { title: "Your message was not saved", details }, draft });
    }
    try {
      const { value } = await messages.post(parsed.draft);
      reply.header("set-cookie", postedCookie(value.id));
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      request.log.warn({ err: error, outcome: error.outcome }, "message not confirmed");
      unavailable(reply, error);
      return sendPage(request, reply, { problem: explain(error), draft });
    }
    return reply.redirect("/", 303);
  });

  app.get<{ Querystring: { delay?: string } }>("/api/messages", async (request) => {
    if (isNear(request.ip)) await sleep(Math.min(Math.max(Number(request.query.delay) || 0, 0), LONGEST_DELAY_MS));
    const { node, value, behind } = await messages.newest(justPosted(request.headers.cookie));
    const list = { server: serverName, readFrom: node.name, messages: value.map(toJson) };
    return behind ? { ...list, newestMayBeMissing: true } : list;
  });

  app.post("/api/messages", async (request, reply) => {
    const parsed = parseDraft(request.body);
    if ("problems" in parsed) {
      return reply.code(400).send({ error: "bad-request", message: "The message is not valid.", ...parsed });
    }
    const { node, value } = await messages.post(parsed.draft);
    reply.header("set-cookie", postedCookie(value.id));
    return reply.code(201).send({ server: serverName, writtenTo: node.name, message: toJson(value) });
  });

  app.get<{ Params: { name: string } }>(`${STATIC_PATH}:name`, async (request, reply) => {
    const file = staticFiles.get(request.params.name);
    if (file === undefined) return reply.callNotFound();
    return reply.header("cache-control", "public, max-age=300").type(file.type).send(file.text);
  });

  app.get("/livez", async () => ({ status: "alive" }));

  app.get("/readyz", async (_request, reply) => {
    const { ready, reasons } = readiness.report();
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ready" : "not ready", reasons });
  });

  app.get("/metrics", async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));

  app.get("/version", async () => ({ ...APPLICATION, release, server: serverName }));

  return app;
}

const ERROR_WORDS: Readonly<Record<number, string>> = {
  400: "bad-request",
  404: "not-found",
  413: "too-large",
  415: "unsupported-media-type",
  500: "internal",
};
