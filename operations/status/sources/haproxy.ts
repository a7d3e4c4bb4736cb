import type { Topology } from "../../../topology/plan.ts";
import { SHOW_STATISTICS } from "../../explain/traffic.ts";
import type { LoadBalancerFacts, RouterFacts } from "../facts.ts";
import { ROUTES } from "./addresses.ts";

/** Prints, in HAProxy's container, the routes of its network and then its statistics. */
export const STATISTICS_AND_ROUTES = ["sh", "-c", `${ROUTES.join(" ")} && ${SHOW_STATISTICS}`];

/** A line of HAProxy's statistics, by the names of its columns. */
type Row = Readonly<Record<string, string>>;

/** Reads HAProxy's statistics (the CSV of `show stat`), in which cells with commas have quotes; they may follow other text. */
export function statisticsIn(text: string): Row[] {
  const [header = "", ...lines] = text
    .slice(Math.max(0, text.indexOf("# pxname")))
    .split("\n")
    .filter((line) => line.trim() !== "");
  const names = header.replace(/^# /, "").split(",");
  return lines.map((line) => {
    const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell = ""]) =>
      cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
    );
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ""]));
  });
}

const number = (row: Row | undefined, column: string) => Number(row?.[column] ?? 0) || 0;

/** What a load balancer's statistics say of its ways. Spare lines for the same web server belong to its way. */
export function loadBalancerFacts(csv: string, { loadBalancers }: Pick<Topology, "loadBalancers">): LoadBalancerFacts {
  const rows = statisticsIn(csv);
  const site = rows.find(({ pxname, svname }) => pxname === "site" && svname === "FRONTEND");
  return {
    requestsPerSecond: number(site, "req_rate"),
    failed: number(site, "hrsp_5xx"),
    routes: (loadBalancers[0]?.backends ?? []).map(({ name }) => {
      const own = rows.find(({ pxname, svname }) => pxname === "web" && svname === name);
      const all = rows.filter(
        ({ pxname = "", svname = "" }) => PROXIES.includes(pxname) && svname.replace(/^last-resort-/, "") === name,
      );
      return {
        name,
        status: own?.["status"] ?? "?",
        requestsPerSecond: all.reduce((sum, row) => sum + number(row, "rate"), 0),
        answerMs: number(lastUsed(all), "rtime"),
      };
    }),
  };
}

/** An average of a list that served long ago would stay for ever. The list that served last has the present one. */
function lastUsed(rows: readonly Row[]): Row | undefined {
  const idle = (row: Row) => (Number(row["lastsess"] || -1) < 0 ? Number.POSITIVE_INFINITY : number(row, "lastsess"));
  return [...rows].sort((one, other) => idle(one) - idle(other))[0];
}

const PROXIES = ["web", "web-safe", "last-resort"];

/** What a router's statistics say of the databases to which it sends writes and reads. */
export function routerFacts(csv: string): RouterFacts {
  const rows = statisticsIn(csv);
  const up = (backend: string) =>
    rows.flatMap(({ pxname, svname = "", status = "" }) =>
      pxname === backend && !["FRONTEND", "BACKEND"].includes(svname) && status.startsWith("UP") ? [svname] : [],
    );
  const primaries = up("primary").slice(0, 1);
  const replicas = up("replicas");
  const frontends = rows.filter(({ pxname = "", svname }) => svname === "FRONTEND" && CLIENTS.includes(pxname));
  return {
    writesTo: primaries,
    readsFrom: replicas.length > 0 ? replicas : primaries.length > 0 ? primaries : up("readable"),
    connections: frontends.reduce((sum, row) => sum + number(row, "scur"), 0),
  };
}

const CLIENTS = ["writes", "reads"];
