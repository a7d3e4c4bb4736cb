import { dirname } from "node:path";
import { isInCache } from "../bootstrap/pulumi/home.ts";
import { currentLogin } from "../operations/session/backend.ts";
import { exportLines, necessary, ofShell } from "../operations/session/exports.ts";
import { prepareMachine } from "../operations/session/machine.ts";
import { openSession } from "../operations/session/pulumi.ts";
import { main, say, sayUsage } from "../operations/session/terminal.ts";

const USAGE = `eval "$(npm run --silent env)"     sets the variables by which pulumi itself works on a stack in this shell

  --stack NAME     default: the shell's own (PULUMI_STACK), else dev`;

/**
 * Prints the variables that a shell needs to run pulumi itself, as lines to evaluate; all other output is on stderr.
 */
await main(async () => {
  const needs = { cli: true, engine: false };
  const { stack, reference, env, rest } = await openSession(process.argv.slice(2), { isMade: true, needs });
  if (rest.length > 0) {
    sayUsage(USAGE);
    return 2;
  }
  await prepareMachine(stack, { cli: false, engine: true }).catch((error: Error) =>
    say(`${error.message}\npulumi up needs an engine; commands that only read the state work without one`),
  );
  // A Node.js that was provided is on PATH for this command, and has to come onto the shell's.
  const isProvided = await isInCache(process.execPath);
  const shell = isProvided ? ofShell(process.env, dirname(process.execPath)) : process.env;
  const wanted = necessary({ ...env, PULUMI_STACK: reference }, shell, currentLogin(shell));
  for (const line of exportLines(wanted, shell)) console.log(line);
  if (process.stdout.isTTY) sayUsage(USAGE);
  return 0;
}, USAGE);
