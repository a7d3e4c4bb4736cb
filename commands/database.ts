import { beginGroup } from "../operations/database/beginGroup.ts";
import { planFailover } from "../operations/database/failover.ts";
import { askMembers, comparisons, type Member } from "../operations/database/members.ts";
import { nodesOf } from "../operations/database/nodes.ts";
import { promote } from "../operations/database/promote.ts";
import { planRecovery } from "../operations/database/recovery.ts";
import { isTransfer, TRANSFERS, transfer } from "../operations/database/transferring.ts";
import { unclonedLines } from "../operations/database/uncloned.ts";
import { setAside } from "../operations/database/volumes.ts";
import { whyLines } from "../operations/database/why.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { confirm } from "../operations/session/confirm.ts";
import { requireOwn } from "../operations/session/heal.ts";
import { prepareMachine } from "../operations/session/machine.ts";
import { optionsOf } from "../operations/session/options.ts";
import { withoutSignals } from "../operations/session/signals.ts";
import { main, print, say, sayUsage } from "../operations/session/terminal.ts";
import { type OpenStack, openStack } from "../operations/stack/open.ts";
import { setSetting } from "../operations/stack/setting.ts";
import { type Ask, Patience } from "../operations/status/answer.ts";
import { databaseLines } from "../operations/status/databaseWords.ts";
import { databaseFacts } from "../operations/status/sources/databases.ts";
import { table } from "../releases/table.ts";
import type { ClusterPlan } from "../topology/databasePlan.ts";

const USAGE = `npm run database -- status             shows every database, and why one is out of its place
npm run database -- why [SERVER]       the last decisions of the databases' agents, with what each was decided from
npm run database -- failover SERVER    async and semisync: SERVER's replica takes the place of a lost primary
npm run database -- recover            group: begins it again without the members that do not answer
npm run database -- recover SERVER     a database with errant transactions: sets its data aside, and lets it clone the
                                       others'
npm run database -- import FILE        runs the statements of a file (SQL, or packed by gzip: .gz; - is standard input)
                                       as the application
npm run database -- export FILE        writes a dump of the application's database (.gz: packed; - is standard output)
npm run database -- console            MySQL's client as the application; behind a further -- its own options:
                                       npm run database -- console -- -e "SHOW TABLES"

  --stack NAME     default: dev
  --yes            do not ask
  --database NAME  import, export, console: one of mysql.databases; default: mysql.database

To replace a healthy primary, set mysql.primary and run npm run up.`;

const TO_ITS_END = "the work goes on to its end, because half of it would be worse";

/** Seconds in which a database answers even on a busy machine. */
const ANSWER_SECONDS = 10;

/** Exit code: 0 if every database is in its place, or if the requested action is done. */
await main(async () => {
  const { stack, reference, rest } = commandLine(process.argv.slice(2));
  const { values, positionals } = optionsOf("database", {
    args: [...rest],
    options: {
      yes: { type: "boolean", default: false },
      database: { type: "string" },
      execute: { type: "string", short: "e" },
    },
    allowPositionals: true,
  });
  const [first, server, ...more] = positionals;
  if (isTransfer(first)) {
    const machine = await prepareMachine(stack);
    const behind = values.execute === undefined ? [] : [`--execute=${values.execute}`];
    const order = { word: first, values, operands: [...behind, ...positionals.slice(1)] };
    const done = await transfer(await openStack(stack), order, () => requireOwn({ stack, reference, ...machine }));
    if (done === undefined) sayUsage(USAGE);
    return done ?? 2;
  }
  if (values.database !== undefined || values.execute !== undefined) {
    throw new Error(`--database and --execute belong to ${TRANSFERS.join(", ")}`);
  }
  // `takeover` is the former name of the command, which databases that are not moved to this version yet still print.
  const word = first === "takeover" ? "failover" : first;
  if (more.length > 0 || !["status", "why", "failover", "recover"].includes(word ?? "")) {
    sayUsage(USAGE);
    return 2;
  }
  const machine = await prepareMachine(stack);
  const opened = await openStack(stack);
  const { topology, engines, containers, databases } = opened;
  const { cluster } = topology;
  const nodes = nodesOf(containers);
  const { ask } = databases;
  if (word === "status") return status(cluster, opened);
  if (word === "why") {
    for (const line of await whyLines(cluster, server, containers)) console.log(line);
    return 0;
  }

  const askAll = () => askMembers(cluster, ask, containers.execute);
  const members = await askAll();

  const { state } = await requireOwn({ stack, reference, ...machine });
  if (word === "failover") {
    const { target, cost, unapplied } = planFailover(cluster, members, server, await comparisons(members, ask));
    for (const line of lines(members)) say(line);
    const before = unapplied === 0 ? "" : ` after it has applied ${unapplied} received transactions`;
    say(`${target.plan.server} becomes the primary${before}; ${cost}`);
    if (!values.yes && !(await confirm("Fail over?"))) return undone();
    // A primary may come back, or a replica fail, while the user decides.
    const present = await askAll();
    const plan = planFailover(cluster, present, server, await comparisons(present, ask));
    if (plan.cost !== cost) throw new Error(`nothing was done, because the possible loss has changed: ${plan.cost}`);
    const again = await withoutSignals(async () => {
      const started = await promote(plan, { nodes, execute: containers.execute, ask, say });
      await setSetting({ stack, reference, ...machine }, "mysql.primary", target.plan.server);
      return started;
    }, TO_ITS_END);
    say(`${target.plan.server} is the primary, and mysql.primary is set: npm run up records it
${again.length > 0 ? `started again as replicas: ${again.join(", ")}; npm run database -- status shows their state` : ""}`);
    return 0;
  }

  const recovery = planRecovery(cluster, members, server, await comparisons(members, ask));
  if (recovery.kind === "begin-group") {
    say(recovery.cost);
    if (!values.yes && !(await confirm("Begin?"))) return undone();
    const tools = { execute: containers.execute, ask };
    const begun = await withoutSignals(() => beginGroup(cluster, members, recovery.without, tools), TO_ITS_END);
    say(`the group has begun, and ${begun} takes writes`);
    return 0;
  }
  const { plan } = recovery.member;
  say(`${plan.server}: ${recovery.member.state}
Its data is kept in a volume of its own, and it clones the data of the others.`);
  if (!values.yes && !(await confirm("Set its data aside?"))) return undone();
  const kept = await withoutSignals(async () => {
    await nodes.stop(plan.name);
    return setAside(engines.of(plan), topology, plan, { state, now: new Date() }).finally(() => nodes.start(plan.name));
  }, TO_ITS_END);
  say(`kept: the volume ${kept}; remove it when it is no longer needed: docker volume rm ${kept}`);
  return 0;
}, USAGE);

/** The databases' part of `npm run status`, with more patience. */
async function status(cluster: ClusterPlan, { containers, databases }: OpenStack): Promise<number> {
  const patience = new Patience(ANSWER_SECONDS);
  const ask: Ask = (service, command) => patience.answered(() => containers.execute(service, command));
  const facts = await databaseFacts(cluster, ask, ANSWER_SECONDS);
  patience.end();
  for (const line of databaseLines(cluster, facts)) print(line);
  const answers = [...facts].flatMap(([name, answer]) => ("value" in answer ? [{ name, ...answer.value }] : []));
  const primary = answers.find(({ server }) => server?.report.writes);
  for (const line of primary === undefined ? [] : await unclonedLines(primary.name, databases.ask)) print(line);
  const isInPlace = ({ server, problem }: (typeof answers)[number]) => server !== undefined && problem === undefined;
  return answers.length === facts.size && answers.every(isInPlace) ? 0 : 1;
}

function undone(): number {
  say("nothing was done; --yes does it without a question");
  return 1;
}

/** A line for each member; below it, why it is out of its place. */
function lines(members: readonly Member[]): string[] {
  const rows = members.map(({ plan, state, report }) => [
    plan.server,
    report === undefined ? "does not answer" : report.writes ? "takes writes" : "read-only",
    state,
  ]);
  const reasons = members.map(({ report, problem }) =>
    report === undefined || problem === undefined ? [] : [`    out of its place: it ${problem}`],
  );
  return table(rows).flatMap((line, index) => [line, ...(reasons[index] ?? [])]);
}
