import { parseArgs } from "node:util";
import { askMembers, isInPlace, type Member } from "../database/members.ts";
import { nodesOf } from "../database/nodes.ts";
import { planRecovery } from "../database/recovery.ts";
import { planTakeover } from "../database/takeover.ts";
import { setAside } from "../database/volumes.ts";
import { engineClient } from "../preflight/engine.ts";
import { stackContainers } from "../stack/containers.ts";
import { databasesOf } from "../stack/databases.ts";
import { factsOf } from "../stack/facts.ts";
import { cli } from "./cli.ts";
import { confirm } from "./confirm.ts";
import { requireOwn } from "./heal.ts";
import { prepareMachine } from "./machine.ts";
import { main } from "./pulumi.ts";
import { commandLine, PROJECT, say } from "./settings.ts";

const USAGE = `npm run database -- status             every database: what it is, and why it is not in its place
npm run database -- takeover SERVER    async and semisync: SERVER's replica takes the place of a primary that is lost
npm run database -- recover            group: begins it again without the members that do not answer
npm run database -- recover SERVER     a database with transactions that nobody else has: sets its data aside, and lets
                                       it take those of the others

  --stack NAME     default: dev
  --yes            do not ask

A primary that is well is changed by the setting mysql.primary and npm run up.`;

/** Exit code: 0 where every database is in its place, or what was asked for is done. */
await main(async () => {
  const { stack, reference, rest } = commandLine(process.argv.slice(2));
  const { values, positionals } = parseArgs({
    args: [...rest],
    options: { yes: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [word, server, ...more] = positionals;
  if (more.length > 0 || !["status", "takeover", "recover"].includes(word ?? "")) {
    say(USAGE);
    return 2;
  }
  const machine = await prepareMachine(stack);
  const { config, topology } = await factsOf(stack);
  const { cluster } = topology;
  const engine = engineClient(config.loadBalancer.endpoint);
  const containers = stackContainers(engine, topology, new AbortController().signal);
  const databases = databasesOf(containers, topology);
  const nodes = nodesOf(engine, topology);
  const members = await askMembers(cluster, databases.ask, containers.execute);

  if (word === "status") {
    for (const member of members) console.log(line(member));
    return members.every((member) => isInPlace(member, cluster)) ? 0 : 1;
  }

  const { state } = await requireOwn({ stack, reference, ...machine });
  const sets = await comparisons(members, databases.ask);
  if (word === "takeover") {
    const { target, lost, cost } = planTakeover(cluster, members, server, sets);
    for (const member of members) say(line(member));
    say(`${target.plan.server} becomes the primary; ${cost}`);
    if (!values.yes && !(await confirm("Take over?"))) return undone();
    // Whoever took writes must not go on when it thaws; it is started again as a replica.
    const fenced: string[] = [];
    for (const { plan } of lost) if (await nodes.fence(plan.name)) fenced.push(plan.name);
    await containers.execute(target.plan.name, ["bash", "/etc/mysql/conf.d/takeover.sh"]);
    await cli({ reference, ...machine }, ["config", "set", "--path", `${PROJECT}:mysql.primary`, target.plan.server]);
    for (const name of fenced) await nodes.start(name);
    say(`${target.plan.server} is the primary, and mysql.primary says so: npm run up records it
${fenced.length > 0 ? `started again as replicas: ${fenced.join(", ")}; npm run database -- status says how they are` : ""}`);
    return 0;
  }

  const recovery = planRecovery(cluster, members, server, sets);
  const { plan } = recovery.member;
  if (recovery.kind === "begin-group") {
    const without = recovery.without.map((member) => member.plan.server).join(", ") || "nobody";
    say(`the group begins again at ${plan.server}, without ${without}.
What was committed by a majority is lost if only those have it. They must not run elsewhere: a second group would take writes.`);
    if (!values.yes && !(await confirm("Begin?"))) return undone();
    const present = members.filter(({ answer }) => answer !== undefined);
    for (const member of present) await containers.execute(member.plan.name, ["touch", "/tmp/begin-without-silent"]);
    return 0;
  }
  say(`${plan.server}: ${recovery.member.state}
Its data are kept in a volume of their own, and it takes those of the others.`);
  if (!values.yes && !(await confirm("Set them aside?"))) return undone();
  await nodes.stop(plan.name);
  const kept = await setAside(engine, topology, plan, { state, now: new Date() }).finally(() => nodes.start(plan.name));
  say(`kept: the volume ${kept}; remove it when it is no longer needed: docker volume rm ${kept}`);
  return 0;
});

function undone(): number {
  say("nothing was done; --yes does it without a question");
  return 1;
}

function line({ plan, state, answer }: Member): string {
  const does = answer === undefined ? "does not answer" : answer.writes ? "takes writes" : "read-only";
  return `${plan.server.padEnd(12)} ${does.padEnd(16)} ${state}`;
}

/** Which member has all of whose transactions, asked once: MySQL alone knows its sets. */
async function comparisons(
  members: readonly Member[],
  ask: (name: string, statement: string) => Promise<string[][]>,
): Promise<(one: Member, other: Member) => boolean> {
  const [judge] = members.filter(({ answer }) => answer !== undefined);
  const covered = new Set<string>();
  for (const one of members) {
    for (const other of members) {
      if (judge === undefined || one.answer === undefined || other.answer === undefined) continue;
      const statement = `SELECT GTID_SUBSET('${other.answer.transactions}', '${one.answer.transactions}')`;
      const [row] = await ask(judge.plan.name, statement);
      if (row?.[0] === "1") covered.add(`${one.plan.name} ${other.plan.name}`);
    }
  }
  return (one, other) => covered.has(`${one.plan.name} ${other.plan.name}`);
}
