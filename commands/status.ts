import { setTimeout as sleep } from "node:timers/promises";
import { runnableIn } from "../config/commands.ts";
import { columnsOf } from "../operations/session/columns.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { optionsOf } from "../operations/session/options.ts";
import { interruptible } from "../operations/session/signals.ts";
import { main } from "../operations/session/terminal.ts";
import { openStack } from "../operations/stack/open.ts";
import { assess } from "../operations/status/assess.ts";
import { gather, limitOf } from "../operations/status/gather.ts";
import { render } from "../operations/status/render.ts";
import { type Status, VERDICTS } from "../operations/status/status.ts";

const USAGE = `npm run status     shows on one screen how the stack is: every server, tier and container, who is active and
                   primary, the lag of replicas, backups, certificates, alerts, and what may be lost now

  --stack NAME     default: dev
  --json           for programs
  --watch          shows it again every 2 seconds, until Ctrl-C
  --wait SECONDS   the time for answers; default: 1, and 4 with engines by ssh; up to five times as long while answers
                   still come in

Exit code: 0 all is well, 1 it serves and something is wrong, 2 it does not serve, 3 it cannot be told, because no engine
answers.`;

const WATCH_SECONDS = 2;
/** Columns of an output that is no terminal. */
const WIDTH = 100;
const LONGEST_WAIT = 60;

await main(async () => {
  const { stack, rest } = commandLine(process.argv.slice(2));
  const { values } = optionsOf("status", {
    args: [...rest],
    options: {
      json: { type: "boolean", default: false },
      watch: { type: "boolean", default: false },
      wait: { type: "string" },
    },
  });
  const opened = await openStack(stack);
  const seconds = secondsOf(values.wait) ?? limitOf(opened.topology);
  const { stdout } = process;
  const text = (status: Status) =>
    values.json
      ? `${JSON.stringify(status, undefined, values.watch ? undefined : 2)}\n`
      : render(status, {
          width: columnsOf(stdout, WIDTH),
          hasColour: stdout.isTTY && process.env["NO_COLOR"] === undefined,
        });
  const look = async () => runnableIn(assess(opened.topology, await gather(opened, seconds)));
  if (!values.watch) {
    const status = await look();
    stdout.write(text(status));
    return VERDICTS.indexOf(status.verdict);
  }
  return interruptible(async (signal) => {
    let code = 0;
    while (!signal.aborted) {
      const status = await look();
      code = VERDICTS.indexOf(status.verdict);
      // The screen is written over, not cleared before, so that it does not flicker.
      stdout.write(stdout.isTTY && !values.json ? overwriting(text(status)) : text(status));
      await sleep(WATCH_SECONDS * 1_000, undefined, { signal }).catch(() => undefined);
    }
    return code;
  });
}, USAGE);

/** Writes a text from the first line on, clearing what was there. */
function overwriting(text: string): string {
  return `\u001b[H${text.replaceAll("\n", "\u001b[K\n")}\u001b[J`;
}

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (text.trim() !== "" && seconds > 0 && seconds <= LONGEST_WAIT) return seconds;
  throw new Error(`--wait ${text} is no number of seconds\n    allowed:   more than 0, at most ${LONGEST_WAIT}`);
}
