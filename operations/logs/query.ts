import { engineSeconds, type LogPart, sortable } from "../../engine/logs.ts";
import type { Topology } from "../../topology/plan.ts";
import { chosen, type Logged, loggedOf } from "./choice.ts";
import { momentBefore, momentOfId } from "./moment.ts";

/** The options of `npm run logs` as they were typed. */
export interface LogOptions {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly tail?: string | undefined;
  readonly grep?: string | undefined;
  readonly request?: string | undefined;
  readonly follow?: boolean | undefined;
}

/** What to read, and what to show of it. */
export interface LogQuery {
  readonly containers: readonly Logged[];
  readonly part: Pick<LogPart, "since" | "until" | "tail">;
  /** The most lines of all containers together that are shown, counted from the end; undefined: all. */
  readonly tail: number | undefined;
  /** Whether a line is shown. */
  readonly matches: (text: string) => boolean;
  /** Whether lines are sought, so that none of them is a failure. */
  readonly isSearch: boolean;
  /** Whether the ends of containers are shown between the lines. */
  readonly showsEnds: boolean;
  readonly follow: boolean;
  /** The moments that were read for one request; undefined: another query. */
  readonly window: { readonly from: Date; readonly to: Date } | undefined;
}

/** The lines that are shown if nothing says which. */
const LAST_LINES = 200;
const MOST_LINES = 1_000_000;
/** The clocks of two machines may differ by this. */
const BEFORE_REQUEST_MS = 5_000;
/** A request leaves its lines when it ends. A longer one, such as a WebSocket, needs --until. */
const AFTER_REQUEST_MS = 600_000;

/**
 * Reads the words and options of `npm run logs`.
 * @throws Error with all that is wrong with them
 */
export function logQuery(topology: Topology, words: readonly string[], options: LogOptions, now: Date): LogQuery {
  const problems: string[] = [];
  const { request, follow = false } = options;
  const moment = (option: "since" | "until") => {
    const text = options[option];
    const at = text === undefined ? undefined : momentBefore(text, now);
    if (text !== undefined && at === undefined) {
      problems.push(`--${option} ${text} is no moment
    allowed:   a duration before now, such as 90s, 10m, 2h or 3d; or a time in ISO 8601, such as 2026-11-27T12:00:00Z`);
    }
    return at;
  };
  const [since, until] = [moment("since"), moment("until")];
  if (since !== undefined && until !== undefined && since > until) {
    problems.push(`--since ${options.since} is later than --until ${options.until}`);
  }
  const tail = lineCount(options.tail, problems);
  const pattern = expression(options.grep, problems);
  if (request === "") problems.push("--request needs the id of a request (X-Request-ID)");
  if (follow && until !== undefined) problems.push("--follow has no end, and --until is one: leave one of them out");
  const containers = chosen(loggedOf(topology), words, request !== undefined, problems);
  if (problems.length > 0) throw new Error(problems.join("\n"));

  const begun = request === undefined ? undefined : momentOfId(request);
  const from = since ?? (begun && new Date(begun.getTime() - BEFORE_REQUEST_MS));
  const to =
    until ?? (begun && !follow && since === undefined ? new Date(begun.getTime() + AFTER_REQUEST_MS) : undefined);
  const isSearch = request !== undefined || pattern !== undefined;
  const isWhole = since !== undefined || until !== undefined || isSearch;
  const shown = tail ?? (isWhole ? undefined : LAST_LINES);
  const seconds = (at: Date | undefined) => at && engineSeconds(sortable(at.toISOString()));
  return {
    containers,
    part: {
      since: seconds(from),
      until: seconds(to),
      // Of the last lines of each container those of all are a part; those that match may be any.
      tail: isSearch ? undefined : shown,
    },
    tail: shown,
    matches: (text) => (request === undefined || text.includes(request)) && (pattern?.test(text) ?? true),
    isSearch,
    showsEnds: !isSearch,
    follow,
    window: begun && from && to && { from, to },
  };
}

function lineCount(text: string | undefined, problems: string[]): number | undefined {
  if (text === undefined) return undefined;
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST_LINES) return count;
  problems.push(`--tail ${text} is no number of lines\n    allowed:   1 to ${MOST_LINES}`);
  return undefined;
}

function expression(text: string | undefined, problems: string[]): RegExp | undefined {
  if (text === undefined) return undefined;
  try {
    return new RegExp(text, "u");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push(`--grep ${text} is no regular expression: ${reason}
    allowed:   one of JavaScript, such as 'status":5\\d\\d'`);
    return undefined;
  }
}
