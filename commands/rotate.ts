import { parseArgs } from "node:util";
import type { Config, SecretName } from "../config/schema.ts";
import { assess } from "../operations/database/assessment.ts";
import { settleAccounts, unsettledAccounts } from "../operations/database/settle.ts";
import { renewCertificates, replaceAuthority } from "../operations/rotation/authority.ts";
import { checkPasswords, checkStatistics } from "../operations/rotation/check.ts";
import { made, planRotation, secretRows, secretsIn, secretsNamed } from "../operations/rotation/secrets.ts";
import { bringUp } from "../operations/session/bringUp.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { confirm } from "../operations/session/confirm.ts";
import { requireOwn } from "../operations/session/heal.ts";
import { prepareMachine } from "../operations/session/machine.ts";
import type { Session } from "../operations/session/pulumi.ts";
import { main, say } from "../operations/session/terminal.ts";
import { cli } from "../operations/stack/cli.ts";
import { openStack } from "../operations/stack/open.ts";
import { setSetting } from "../operations/stack/setting.ts";
import { readStack } from "../operations/stack/stack.ts";
import { table } from "../releases/table.ts";

const USAGE = `npm run rotate                    shows the secrets, their generations and ages
npm run rotate -- NAME … | all    replaces secrets while the site serves; what was interrupted is finished
                                  Further names: certificates (with their present authority), authority (its key, and
                                  all certificates), as npm run ca does

  --stack NAME     default: dev
  --yes            do not ask`;

/** Exit code: 0 if the secrets are replaced, and the ones before are refused. */
await main(async () => {
  const { stack, reference, rest } = commandLine(process.argv.slice(2));
  const { values, positionals } = parseArgs({
    args: [...rest],
    options: { yes: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const { secrets: asked, signed } = secretsNamed(positionals);
  const session = { stack, reference, ...(await prepareMachine(stack)), rest: ["--yes", "--skip-preview"] };
  const { config } = await readStack(stack);
  if (positionals.length === 0) {
    const state = secretsIn(await cli(session, ["stack", "export", "--show-secrets"]));
    for (const line of table(secretRows(config.secrets, state, new Date()))) console.log(line);
    return 0;
  }

  if (!values.yes && !(await confirm(`Rotate ${[...asked, ...(signed === undefined ? [] : [signed])].join(", ")}?`))) {
    say("nothing was done; --yes does it without a question");
    return 1;
  }
  const exitCode = asked.length === 0 ? 0 : await rotate(session, config, asked);
  if (exitCode !== 0 || signed === undefined) return exitCode;
  const quiet = { ...session, rest: [] };
  return signed === "authority" ? replaceAuthority(quiet) : renewCertificates(quiet);
});

/** Replaces secrets, and makes sure that the ones before are refused. Resolves to the exit code. */
async function rotate(session: Session, config: Config, asked: readonly SecretName[]): Promise<number> {
  const { stack } = session;
  const stateNow = async () => secretsIn(await cli(session, ["stack", "export", "--show-secrets"]));
  const before = await openStack(stack);
  await requireOwn(session);
  const out = (await assess(before.topology.cluster, before.databases.ask)).filter(
    ({ problem }) => problem !== undefined,
  );
  if (out.length > 0) {
    const reasons = out.map(({ plan, problem }) => `    ${plan.server}: it ${problem}`);
    throw new Error(`nothing was rotated, because a database would miss it; out of its place:
${reasons.join("\n")}
    cure:      npm run database -- status says more`);
  }
  const { raised, unfinished } = planRotation(asked, config.secrets, await stateNow(), await unsettledAccounts(before));
  if (unfinished.length > 0) say(`the last rotation was interrupted, and is finished: ${unfinished.join(", ")}`);
  if (raised.length > 0) say(`rotating: ${raised.join(", ")}; npm run up does it, with all else that has changed`);
  for (const name of raised) await setSetting(session, `secrets.${name}`, config.secrets[name] + 1);
  const exitCode = await bringUp(session, { saysKept: false });
  if (exitCode !== 0) {
    say("the rotation is not finished: npm run up, or the same command again, goes on with it");
    return exitCode;
  }

  const after = await openStack(stack);
  await settleAccounts(after);
  const state = await stateNow();
  for (const name of new Set([...unfinished, ...raised])) {
    const generation = after.config.secrets[name];
    const present = made(state, name, generation);
    if (present === undefined) throw new Error(`the state has no generation ${generation} of ${name}`);
    if (name === "backupKey") {
      say(`${name}: generation ${generation} for new backups; older ones keep theirs`);
      continue;
    }
    const former = made(state, name, generation - 1);
    if (name === "statistics") await checkStatistics(after, present, former);
    else await checkPasswords(after, name, present, former);
    if (former === undefined) {
      say(`${name}: generation ${generation}, the first`);
      continue;
    }
    const keepers = name === "statistics" ? "load balancer" : "database";
    say(`${name}: generation ${generation}; every ${keepers} refuses the one before`);
  }
  return 0;
}
