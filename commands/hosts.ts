import { addressesOf, givenAddresses } from "../operations/hosts/addresses.ts";
import { checkHosts } from "../operations/hosts/check.ts";
import { copyLine, obstacleTo, planCopies } from "../operations/hosts/imagePlan.ts";
import { copy, stocksOf } from "../operations/hosts/images.ts";
import { inOneLine, nameOf } from "../operations/hosts/machineText.ts";
import { probe } from "../operations/hosts/probe.ts";
import { isWell, type Row } from "../operations/hosts/rows.ts";
import { planSwarm, swarmPool } from "../operations/hosts/swarmPlan.ts";
import { formSwarm, untilReady } from "../operations/hosts/swarmRun.ts";
import { standings, swarmAdvice, swarmCommands } from "../operations/hosts/swarmText.ts";
import { bootUnit } from "../operations/hosts/unit.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { confirm } from "../operations/session/confirm.ts";
import { loginsOf } from "../operations/session/logins.ts";
import { optionsOf } from "../operations/session/options.ts";
import { interruptible } from "../operations/session/signals.ts";
import { main, print, say, sayUsage } from "../operations/session/terminal.ts";
import { PROJECT } from "../operations/stack/project.ts";
import { readStack, type Stack } from "../operations/stack/stack.ts";
import { askEngines } from "../preflight/engines.ts";
import { machineSubnets } from "../preflight/machine.ts";
import { swarmFindings } from "../preflight/swarm.ts";
import { table } from "../releases/table.ts";
import { machinesOf } from "../topology/machines.ts";

const USAGE = `npm run hosts -- check      shows for each machine what an up needs, and what is missing there
npm run hosts -- swarm      prints the commands that join the machines in one swarm
npm run hosts -- images     copies images to the machines that lack them
npm run hosts -- unit       prints a unit of systemd that starts what a boot has left stopped

  --stack NAME             default: dev
  --probe                  check: also sends packets between the machines, in a network that is removed again
  --yes                    swarm: runs the commands; images: does not ask
  --address HOST=ADDRESS   swarm: the address of a machine whose endpoint has none; may be repeated`;

const VERBS = ["check", "swarm", "images", "unit"];

/** Exit code: 0 if nothing is missing, or all is done. */
await main(async () => {
  const { stack, rest } = commandLine(process.argv.slice(2));
  const { values, positionals } = optionsOf("hosts", {
    args: [...rest],
    options: {
      probe: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      address: { type: "string", multiple: true, default: [] },
    },
    allowPositionals: true,
  });
  const [verb = "", ...more] = positionals;
  const isMisplaced =
    (values.probe && verb !== "check") ||
    (values.yes && verb !== "swarm" && verb !== "images") ||
    (values.address.length > 0 && verb !== "swarm");
  if (more.length > 0 || !VERBS.includes(verb) || isMisplaced) {
    sayUsage(USAGE);
    return 2;
  }
  if (verb === "unit") {
    process.stdout.write(bootUnit(PROJECT));
    return 0;
  }
  const opened = await readStack(stack);
  if (verb === "check") return check(stack, opened, values.probe);
  return verb === "swarm" ? swarm(opened, values.address, values.yes) : images(opened, values.yes);
}, USAGE);

async function check(stack: string, { topology, config }: Stack, withProbe: boolean): Promise<number> {
  const { rows, answered } = await checkHosts(topology, loginsOf(stack, config));
  for (const line of lines(rows)) print(line);
  if (!withProbe) return isWell(rows) ? 0 : 1;
  const swarm = swarmFindings(topology, answered);
  if (swarm.problems.length > 0) {
    say("no probe before the machines are in one swarm: npm run hosts -- swarm");
    return 1;
  }
  say("sending packets between the machines …");
  const probed = await interruptible((signal) => probe(topology, answered, signal));
  for (const line of lines(probed)) print(line);
  return isWell([...rows, ...probed]) ? 0 : 1;
}

function lines(rows: readonly Row[]): string[] {
  return table(rows.map(({ machine, mark, text }) => [machine, mark, text]));
}

async function swarm({ topology, config }: Stack, given: readonly string[], isRun: boolean): Promise<number> {
  if (!topology.isSeveral) {
    say("the stack is on one machine, which needs no swarm");
    return 0;
  }
  const machines = machinesOf(topology);
  const { answered, silent } = await askEngines(topology, new Set(), 0);
  const plan = planSwarm(topology, answered);
  for (const line of table(standings(topology, answered, silent, plan))) say(line);
  for (const { reason } of plan.refused) say(`refused: ${reason}`);
  const hosts = topology.hosts.map(({ name }) => name);
  const addresses = addressesOf(config, machines, answered, givenAddresses(given, hosts));
  const here = machineSubnets().map(({ subnet }) => subnet);
  const pool = swarmPool(topology, answered, addresses.values(), here);
  const isToMake = plan.isNew && !plan.refused.some(({ machine }) => machine.endpoint === plan.through.endpoint);
  const isToDo = isToMake || plan.joins.length > 0;
  const commands = plan.isNew && !isToMake ? [] : swarmCommands(plan, addresses, pool);
  const advice = swarmAdvice(plan);
  if (!isRun) {
    for (const line of [...commands, ...advice]) print(line);
    say(isToDo ? "npm run hosts -- swarm --yes runs them" : "nothing is to be done by this command");
    return plan.refused.length > 0 ? 1 : 0;
  }
  if (plan.isNew && (silent.length > 0 || !isToMake)) {
    throw new Error(
      silent.length > 0
        ? `no swarm is made while ${silent.map(({ machine }) => nameOf(machine)).join(" and ")} does not answer: it may be in one\n    cure:      npm run hosts -- check says why`
        : "nothing was done: the machine that would make the swarm is in another one",
    );
  }
  await formSwarm(plan, silent, { addresses, pool, say });
  for (const line of advice) say(line);
  if (plan.refused.length > 0 || silent.length > 0) return 1;
  const ready = await untilReady(topology);
  for (const warning of swarmFindings(topology, ready).warnings) say(inOneLine(warning));
  say(
    isToDo ? "all machines are in one swarm, and ready" : "nothing was to do: all machines are in one swarm, and ready",
  );
  return 0;
}

async function images({ topology }: Stack, isAgreed: boolean): Promise<number> {
  const { answered, silent } = await askEngines(topology, new Set(), 0);
  for (const { machine, reason } of silent) say(`${nameOf(machine)} does not answer (${inOneLine(reason)})`);
  const stocks = await stocksOf(topology, answered);
  const copies = planCopies(stocks);
  for (const one of copies) say(copyLine(one));
  if (copies.length === 0) {
    say("every machine has its images");
    return silent.length > 0 ? 1 : 0;
  }
  const possible = copies.filter(
    ({ image, from }) => obstacleTo(image) === undefined && (from !== undefined || image.base !== undefined),
  );
  if (possible.length > 0 && !isAgreed && !(await confirm("Copy them?"))) {
    say("nothing was copied; --yes does it without a question");
    return 1;
  }
  for (const one of possible) {
    await copy(one, stocks);
    say(`${one.image.name}: on ${one.to.map(({ name }) => name).join(" and ")}`);
  }
  return possible.length < copies.length || silent.length > 0 ? 1 : 0;
}
