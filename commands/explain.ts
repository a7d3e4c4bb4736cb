import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { runnableIn } from "../config/commands.ts";
import { explain, explanationText, WIDTH } from "../operations/explain/report.ts";
import { requestsPerSecond } from "../operations/explain/traffic.ts";
import { type Comparison, comparisonLine } from "../operations/explain/verify/compare.ts";
import { obstacleOn, obstacleTo, verify } from "../operations/explain/verify/run.ts";
import { columnsOf } from "../operations/session/columns.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { confirm } from "../operations/session/confirm.ts";
import { requireOwn } from "../operations/session/heal.ts";
import { type Machine, prepareMachine } from "../operations/session/machine.ts";
import { optionsOf } from "../operations/session/options.ts";
import { interruptible } from "../operations/session/signals.ts";
import type { StackName } from "../operations/session/stackName.ts";
import { main, print, say } from "../operations/session/terminal.ts";
import { opened } from "../operations/stack/open.ts";
import { ROOT } from "../operations/stack/project.ts";
import { outputsOf, readStack, type Stack } from "../operations/stack/stack.ts";
import { survive } from "../topology/survival.ts";

const USAGE = `npm run explain                 says of the stack, as its file describes it, why each element is there, how requests are
                                distributed, how the databases work together, what survives the loss of each process,
                                container, server and machine, and how many requests each web server has now
npm run explain -- --verify     loses each process, container and server of the running stack once, and compares what
                                visitors observe with what is predicted; it takes about a minute for each

  --stack NAME     default: dev
  --json           for programs
  --only NAME      --verify: this container or server alone; may be repeated
  --yes            --verify: do not ask

--verify needs the sample application, and a stack on which the loss of the site for a minute does no harm.`;

/** Exit code: 0, or 1 if something that was predicted was not observed. */
await main(async () => {
  const { rest, ...name } = commandLine(process.argv.slice(2));
  const { values } = optionsOf("explain", {
    args: [...rest],
    options: {
      json: { type: "boolean", default: false },
      verify: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      yes: { type: "boolean", default: false },
    },
  });
  const stack = await readStack(name.stack);
  if (!values.verify) {
    if (values.only.length > 0 || values.yes) throw new Error("--only and --yes belong to --verify");
    const { topology, containers } = opened(stack, new AbortController().signal);
    const explanation = runnableIn(explain(topology, await requestsPerSecond(topology, containers)));
    process.stdout.write(
      values.json
        ? `${JSON.stringify(explanation, undefined, 2)}\n`
        : explanationText(topology, explanation, columnsOf(process.stdout, WIDTH)),
    );
    return 0;
  }
  return verified(name, stack, values);
}, USAGE);

interface Wanted {
  readonly json: boolean;
  readonly only: readonly string[];
  readonly yes: boolean;
}

async function verified(name: StackName, stack: Stack, { json, only, yes }: Wanted): Promise<number> {
  const { topology } = stack;
  const obstacle = obstacleOn(topology);
  if (obstacle !== undefined) throw new Error(`nothing can be observed: ${obstacle}`);
  const findings = survive(topology);
  const known = [...new Set(findings.filter((one) => obstacleTo(one) === undefined).map(({ unit }) => unit.name))];
  const unknown = only.filter((one) => !known.includes(one));
  if (unknown.length > 0) {
    throw new Error(`--only names what cannot be lost here: ${unknown.join(", ")}\n    allowed:   ${known.join(", ")}`);
  }

  const machine = await prepareMachine(name.stack);
  await requireOwn({ ...name, ...machine });
  const { url, caCertificate: ca } = await outputsOf(name.reference, machine);
  const question = `Each part of the stack ${name.stack} is killed in turn, and the site is away meanwhile. Go on?`;
  if (!yes && !(await confirm(question))) {
    say(`nothing was done to the stack ${name.stack}; --yes allows it without a question`);
    return 1;
  }
  const done = await interruptible(async (signal) => {
    const comparisons: Comparison[] = [];
    const context = {
      ...opened(stack, signal),
      url,
      ca,
      signal,
      wait: (seconds: number) => sleep(seconds * 1_000, undefined, { signal }),
      remedy: () => refreshed(name, machine),
      say,
    };
    const isChosen = only.length === 0 ? undefined : ({ unit }: Comparison["finding"]) => only.includes(unit.name);
    for await (const comparison of verify(context, isChosen)) {
      comparisons.push(comparison);
      if (!json) print(comparisonLine(comparison));
      for (const difference of comparison.differences) {
        say(`${comparison.finding.unit.kind} ${comparison.finding.unit.name}: ${difference}`);
      }
    }
    return comparisons;
  });
  for (const finding of findings) {
    const why = obstacleTo(finding);
    if (why !== undefined) say(`${finding.unit.kind} ${finding.unit.name} was not tried: ${why}`);
  }
  if (json) process.stdout.write(`${JSON.stringify(runnableIn(done), undefined, 2)}\n`);
  return done.every(({ differences }) => differences.length === 0) ? 0 : 1;
}

/** Runs the remedy as a person would. Its output goes to stderr: stdout is for the result. */
async function refreshed({ reference }: StackName, { env }: Machine): Promise<void> {
  const args = ["run", "--silent", "up", "--", "--stack", reference, "--yes", "--refresh"];
  const { exitCode } = await execa("npm", args, {
    cwd: ROOT,
    env,
    extendEnv: false,
    stdin: "ignore",
    stdout: 2,
    stderr: 2,
    reject: false,
  });
  if (exitCode !== 0) throw new Error("the remedy did not help: npm run up -- --refresh failed");
}
