import { setTimeout as sleep } from "node:timers/promises";
import { UNTRIED } from "../operations/drills/alerts/untried.ts";
import type { Drill, DrillContext } from "../operations/drills/drill.ts";
import { DRILLS, drillsNamed } from "../operations/drills/drills.ts";
import { consequences, hitMachines, machinesFrom } from "../operations/drills/hosts/options.ts";
import { releases } from "../operations/drills/release.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { confirm } from "../operations/session/confirm.ts";
import { requireOwn } from "../operations/session/heal.ts";
import { prepareMachine } from "../operations/session/machine.ts";
import { optionsOf } from "../operations/session/options.ts";
import { interruptible } from "../operations/session/signals.ts";
import { main, print, say, sayUsage } from "../operations/session/terminal.ts";
import { opened } from "../operations/stack/open.ts";
import { outputsOf, readStack } from "../operations/stack/stack.ts";

const USAGE = `npm run drill -- list            lists the drills: what each proves, and the most that it may cost
npm run drill -- NAME… | all     runs them on the stack that is up, under load, one after the other
npm run drill -- alerts          lets go wrong, without load, all that monitoring tells people; prints the seconds

  --stack NAME     default: dev
  --seconds N      the load lasts at least this long, 5 to 120; default: 20
  --rate N         requests, or rows for the databases, per second, 10 to 1000; default: 200
  --yes            do not ask

  Drills of machines (kill-host, cut-host, reboot-host, wipe-host), on a stack on several:
  --machines PROGRAM   switches machines: PROGRAM off|on|cut|mend|wipe NAME; it ends when that is done
  --repair PROGRAM     makes an empty machine a host again: PROGRAM NAME; wipe-host needs it
  --host NAME          hits this host's machine alone; default: each in turn
  --off N              kill-host: seconds without power, 5 to 120; default: 20

The load are visitors who read and write messages, so the application must have the sample application's interface for
messages. In drills of the databases the load is a program beside the application that writes numbered rows, so the
application's image must have Node.js. In drills of machines it is both: visitors who read, and rows, half of the rate
each. NAME is the host of a machine's endpoint: 10.0.0.11 for ssh://root@10.0.0.11. Programs: docs/operations.md.`;

/** A fault such as a pause lasts for half of the load, and at most this long. */
const MAX_HOLD_SECONDS = 10;

/** Drills the stack that is up: one line per drill on stdout; exit code 1 if a drill exceeds its limit. */
await main(async () => {
  const { rest, ...name } = commandLine(process.argv.slice(2));
  const { values, positionals } = optionsOf("drill", {
    args: [...rest],
    options: {
      seconds: { type: "string", default: "20" },
      rate: { type: "string", default: "200" },
      yes: { type: "boolean", default: false },
      machines: { type: "string" },
      repair: { type: "string" },
      host: { type: "string" },
      off: { type: "string", default: "20" },
    },
    allowPositionals: true,
  });
  const [word] = positionals;
  if (word === undefined) {
    sayUsage(USAGE);
    return 2;
  }
  const seconds = whole("--seconds", values.seconds, 5, 120);
  const rate = whole("--rate", values.rate, 10, 1_000);
  const stack = await readStack(name.stack);
  const machines = machinesFrom(values, whole("--off", values.off, 5, 120), stack.topology);
  const conditions = { rate, holdSeconds: Math.min(seconds / 2, MAX_HOLD_SECONDS), machines };
  if (word === "list") {
    for (const { name, proves, obstacle, limit } of DRILLS) {
      print(`${name}\n    ${proves}\n    ${obstacle(stack, machines) ?? limit(stack, conditions)}`);
    }
    if (stack.topology.monitoring !== undefined) {
      print("alerts that no drill produces");
      for (const [alert, why] of Object.entries(UNTRIED)) print(`    ${alert}: ${why}`);
    }
    return 0;
  }
  const drills = drillsNamed(positionals);

  const machine = await prepareMachine(name.stack);
  await requireOwn({ ...name, ...machine });
  const { url, caCertificate: ca, state } = await outputsOf(name.reference, machine);
  const planned = drills.filter(({ obstacle }) => obstacle(stack, machines) === undefined);
  const question = `${consequences(name.stack, planned)} Go on?`;
  const isHarmless = isForTests(name.stack) && !hitMachines(planned);
  if (!values.yes && !isHarmless && !(await confirm(question))) {
    say(`nothing was done to the stack ${name.stack}; --yes allows it without a question`);
    return 1;
  }
  const isPassed = await interruptible((signal) =>
    passes(drills, {
      ...opened(stack, signal),
      ...conditions,
      url,
      ca,
      state,
      seconds,
      signal,
      wait: (length) => sleep(length * 1_000, undefined, { signal }),
      ...releases(name, machine, { signal, say }),
      say,
    }),
  );
  return isPassed ? 0 : 1;
}, USAGE);

/** Runs the drills one after the other; resolves to whether all have passed. */
async function passes(drills: readonly Drill[], context: DrillContext): Promise<boolean> {
  let isPassed = true;
  for (const drill of drills) {
    const obstacle = drill.obstacle(context, context.machines);
    if (obstacle !== undefined) {
      say(`drill=${drill.name} skipped: ${obstacle}`);
      continue;
    }
    say(`${drill.name}: ${drill.proves}`);
    for await (const { line, complaints } of drill.run(context)) {
      print(line);
      for (const complaint of complaints) say(`drill=${drill.name} not passed: ${complaint}`);
      isPassed &&= complaints.length === 0;
    }
  }
  return isPassed;
}

/** Whether a stack is for tests, so that no visitors depend on it. */
function isForTests(stack: string): boolean {
  return stack === "dev" || stack.startsWith("it-");
}

function whole(flag: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`${flag} is ${text}; allowed are whole numbers from ${least} to ${most}`);
}
