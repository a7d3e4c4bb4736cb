import { once } from "node:events";
import { engineSeconds, sortable } from "../engine/logs.ts";
import { follow } from "../operations/logs/follow.ts";
import { logQuery } from "../operations/logs/query.ts";
import { containersOf, linesOf, type ServiceLine } from "../operations/logs/read.ts";
import { lineText } from "../operations/logs/text.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { optionsOf } from "../operations/session/options.ts";
import { onSignals } from "../operations/session/signals.ts";
import { main, say } from "../operations/session/terminal.ts";
import { openStack } from "../operations/stack/open.ts";

const USAGE = `npm run logs -- [NAME…]     shows the logs of all containers of all hosts by time, dead containers too; NAME is a
                            server, a host, a tier (haproxy, web, app, process, router, mysql, backup, monitoring, log-store)
                            or a container such as web-server1; with a tier and a server, that tier of that server

  --stack NAME       default: dev
  --since WHEN       from then on: a duration before now (90s, 10m, 2h, 3d), or a time in ISO 8601
  --until WHEN       up to then, alike
  --tail LINES       the last lines of all; default: 200, and all with --since, --until, --grep or --request
  --follow           shows new lines as they come, until Ctrl-C, also of containers that replace others
  --grep PATTERN     lines that match a regular expression
  --request ID       lines of one request, by its id (X-Request-ID)

Exit code: 0, or 1 if --grep or --request find nothing, or if an engine does not answer.`;

await main(async () => {
  const { stack, rest } = commandLine(process.argv.slice(2));
  const { values, positionals } = optionsOf("logs", {
    args: [...rest],
    options: {
      since: { type: "string" },
      until: { type: "string" },
      tail: { type: "string" },
      follow: { type: "boolean", default: false },
      grep: { type: "string" },
      request: { type: "string" },
    },
    allowPositionals: true,
  });
  const opened = await openStack(stack);
  const begun = new Date();
  const query = logQuery(opened.topology, positionals, values, begun);
  const { found, silent } = await containersOf(opened, query);
  for (const line of silent) say(`warning: ${line}`);

  const ended = new AbortController();
  // To the end of the command: npm repeats the signal that its child has got already.
  onSignals(() => ended.abort());
  const { stdout } = process;
  // A reader such as `head` has had enough.
  stdout.once("error", () => ended.abort());
  const text = lineText(
    query.containers.map(({ service }) => service),
    stdout.isTTY && process.env["NO_COLOR"] === undefined,
  );
  let count = 0;
  const show = async (line: ServiceLine) => {
    if (ended.signal.aborted) return;
    count++;
    if (!stdout.write(`${text(line)}\n`)) await once(stdout, "drain", { signal: ended.signal }).catch(() => undefined);
  };
  const shown = new Map<string, string>();
  for await (const line of linesOf(found, query, ended.signal)) {
    if (ended.signal.aborted) break;
    await show(line);
    shown.set(line.id, line.at);
  }
  if (query.follow) {
    const list = async () => (await containersOf(opened, query)).found;
    const since = engineSeconds(sortable(begun.toISOString()));
    await follow(list, query, { shown, since }, show, ended.signal);
  }
  if (query.isSearch && count === 0 && !query.follow) {
    say(nothing(query.containers.length, query.window, opened.topology.logs.keepMb));
    return 1;
  }
  return silent.length > 0 ? 1 : 0;
}, USAGE);

function nothing(
  containers: number,
  window: { readonly from: Date; readonly to: Date } | undefined,
  keptMb: number,
): string {
  const when = window === undefined ? "" : ` between ${window.from.toISOString()} and ${window.to.toISOString()}`;
  const longer = window === undefined ? "" : ", or --since and --until for a request that lasted longer";
  return `no line of ${containers} containers matches${when}
    allowed:   another container, pattern or id${longer}; the engine keeps the last ${keptMb} MB of each container`;
}
