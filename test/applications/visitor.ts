import { Agent as SocketAgent } from "node:https";
import type { LookupFunction } from "node:net";
import { Agent, type BodyInit, FormData, fetch } from "undici";

/** The longest that an application takes to answer. */
const ANSWER_MS = 60_000;

/** An answer with its whole body. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  readonly text: string;
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: GET; with a body POST. */
  readonly method?: string;
  readonly body?: BodyInit;
  /** Fields of a form, sent as browsers send them. A file is sent with its name. */
  readonly form?: Readonly<Record<string, string | File>>;
}

/** A visitor of the site by HTTPS, with a browser's cookies. It follows no redirect by itself. */
export interface Visitor {
  readonly origin: string;
  /** For clients with sockets of their own. */
  readonly agent: SocketAgent;
  ask(path: string, asked?: Asked): Promise<Answer>;
  /** The value of a cookie. */
  cookie(name: string): string | undefined;
  close(): Promise<void>;
}

/** Every name is this machine's. */
const lookup: LookupFunction = (_name, { all }, done) => {
  if (all) done(null, [{ address: "127.0.0.1", family: 4 }]);
  else done(null, "127.0.0.1", 4);
};

/**
 * @param name the site's name
 * @param ca the only authority that the visitor trusts (PEM)
 */
export function createVisitor({ name, port, ca }: { name: string; port: number; ca: string }): Visitor {
  const origin = `https://${name}:${port}`;
  const dispatcher = new Agent({ connect: { ca, lookup } });
  const agent = new SocketAgent({ ca, lookup });
  const cookies = new Map<string, string>();
  return {
    origin,
    agent,
    cookie: (name) => cookies.get(name),
    async ask(path, { headers = {}, form, body, method = form || body ? "POST" : "GET" } = {}) {
      const sent = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(`${origin}${path}`, {
        dispatcher,
        method,
        redirect: "manual",
        headers: { referer: `${origin}/`, origin, ...(sent === "" ? {} : { cookie: sent }), ...headers },
        body: form === undefined ? (body ?? null) : formOf(form),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      for (const line of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const content = Buffer.from(await response.arrayBuffer());
      return { status: response.status, headers: response.headers, body: content, text: content.toString() };
    },
    async close() {
      agent.destroy();
      await dispatcher.destroy();
    },
  };
}

function formOf(fields: Readonly<Record<string, string | File>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}
