import { createServer, type Server, type ServerResponse } from "node:http";
import { CONTENT_SECURITY_POLICY } from "../../components/monitoring/board/boardConfig.ts";
import { pageFiles } from "../../components/monitoring/board/bundle.ts";
import { API, type BoardFacts, FACTS_FILE } from "../../components/monitoring/board/facts.ts";
import type { Query } from "../../components/monitoring/queries.ts";
import { ROOT } from "../../operations/stack/project.ts";
import { AT, type Series, type State } from "./states.ts";

/** A board with a Prometheus behind it, which says what a test wants. */
export interface FakeBoard {
  readonly url: string;
  /** What Prometheus says from now on. A number: a status of Nginx, without an answer of Prometheus. */
  says(state: State | number): void;
  /** Another version of the page is there. */
  update(version: string): void;
  close(): void;
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css",
  js: "text/javascript",
  svg: "image/svg+xml",
  json: "application/json",
};

export async function startFakeBoard(facts: BoardFacts, first: State | number): Promise<FakeBoard> {
  let said = first;
  let { version } = facts;
  const files: Readonly<Record<string, Uint8Array>> = pageFiles(ROOT);
  const server = createServer(({ url = "/" }, response) => {
    const { pathname, searchParams } = new URL(url, "http://board");
    const name = pathname === "/" ? "index.html" : pathname.slice(1);
    const send = (content: string | Uint8Array) => {
      const type = TYPES[name.split(".").at(-1) ?? ""] ?? "application/json";
      response
        .writeHead(200, { "content-type": type, "content-security-policy": CONTENT_SECURITY_POLICY })
        .end(content);
    };
    const file = files[name];
    if (file !== undefined) send(file);
    else if (name === FACTS_FILE) send(JSON.stringify({ ...facts, version }));
    else if (name.startsWith(API)) answer(response, facts.queries, said, name.slice(API.length), searchParams);
    else response.writeHead(404).end();
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}/`,
    says(state) {
      said = state;
    },
    update(next) {
      version = next;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("the server has no port"));
      else resolve(address.port);
    });
  });
}

/** Answers as Prometheus does. */
function answer(
  response: ServerResponse,
  queries: readonly Query[],
  state: State | number,
  path: string,
  parameters: URLSearchParams,
): void {
  if (typeof state === "number") {
    response.writeHead(state, { "content-type": "text/html" }).end("<h1>Bad Gateway</h1>");
    return;
  }
  const data = dataOf(queries, state, path, parameters);
  const body =
    data === undefined ? { status: "error", errorType: "bad_data", error: "?" } : { status: "success", data };
  response.writeHead(data === undefined ? 400 : 200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function dataOf(queries: readonly Query[], state: State, path: string, parameters: URLSearchParams): unknown {
  if (path === "alerts") return { alerts: alertsOf(state) };
  const expr = parameters.get("query");
  if (expr === "time()") return { resultType: "scalar", result: [AT, String(AT)] };
  const query = queries.find((one) => one.expr === expr);
  if (query === undefined) return undefined;
  const series = state.series[query.name] ?? [];
  if (path === "query") {
    const result = series.flatMap(({ labels = {}, value }) => {
      const now = valueAt(value, 0);
      return now === undefined ? [] : [{ metric: labels, value: [AT, String(now)] }];
    });
    return { resultType: "vector", result };
  }
  const [start = 0, end = 0, step = 1] = ["start", "end", "step"].map((name) => Number(parameters.get(name)));
  const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
  const result = series.map(({ labels = {}, value }) => ({
    metric: labels,
    values: times.flatMap((time) => {
      const then = valueAt(value, (AT - time) / 60);
      return then === undefined ? [] : [[time, String(then)]];
    }),
  }));
  return { resultType: "matrix", result };
}

function valueAt(value: Series["value"], minutesAgo: number): number | undefined {
  return typeof value === "number" ? value : value(minutesAgo);
}

function alertsOf({ alerts }: State) {
  return alerts.map(({ name, severity, summary, secondsAgo, labels = {} }) => ({
    labels: { alertname: name, severity, ...labels },
    annotations: { summary, description: "", runbook: "" },
    state: "firing",
    activeAt: new Date((AT - secondsAgo) * 1_000).toISOString(),
    value: "1e+00",
  }));
}
