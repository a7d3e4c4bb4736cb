import { setTimeout as sleep } from "node:timers/promises";
import { receiversOf, sendTest } from "../operations/notify/notify.ts";
import { exitCode, outcomeRows } from "../operations/notify/report.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { main, print, sayUsage } from "../operations/session/terminal.ts";
import { openStack } from "../operations/stack/open.ts";
import { table } from "../releases/table.ts";

const USAGE = `npm run notify -- test     sends one notification by each receiver, and says which arrived

  --stack NAME     default: dev`;

/** Sends by the stack's own Alertmanager, so that a failure is one that an alert would meet, too. */
await main(async () => {
  const { stack, rest } = commandLine(process.argv.slice(2));
  if (rest.length !== 1 || rest[0] !== "test") {
    sayUsage(USAGE);
    return 2;
  }
  const opened = await openStack(stack);
  const { monitoring } = opened.topology;
  if (monitoring === undefined) {
    throw new Error(`the stack ${stack} is not watched
    allowed:   monitoring.enabled: true, with monitoring.receivers (docs/alerts.md)`);
  }
  if (receiversOf(monitoring).length === 0 && monitoring.watchdog === undefined) {
    throw new Error(`the stack ${stack} has no receivers: nobody is told of alerts
    allowed:   monitoring.receivers (docs/alerts.md)`);
  }
  const outcomes = await sendTest(opened, monitoring, (seconds) => sleep(seconds * 1_000));
  for (const line of table(outcomeRows(outcomes))) print(line);
  return exitCode(outcomes);
}, USAGE);
