import { execa } from "execa";
import { type Needs, prepareMachine } from "../operations/session/machine.ts";
import { withoutSignals } from "../operations/session/signals.ts";
import { main, say } from "../operations/session/terminal.ts";
import { ROOT } from "../operations/stack/project.ts";
import { ALL, EVERYDAY, patternsIn } from "../operations/tests/files.ts";
import { testNeeds } from "../operations/tests/needs.ts";

/**
 * Checks the code, then runs the everyday tests, or with --all every test. If test files are named, only those run, and
 * the code is not checked. Tests that need a missing engine are skipped, and counted as skipped.
 */
await main(async () => {
  const args = process.argv.slice(2).filter((arg) => arg !== "--all");
  const named = args.filter((arg) => arg.endsWith(".ts"));
  const options = args.filter((arg) => !arg.endsWith(".ts"));
  const run = { cwd: ROOT, stdio: "inherit", reject: false, preferLocal: true } as const;
  if (named.length === 0) {
    const check = await withoutSignals(() => execa("npm", ["run", "--silent", "check"], run));
    if (check.exitCode !== 0) return check.exitCode ?? 1;
  }
  const files = named.length > 0 ? named : patternsIn(process.argv.includes("--all") ? ALL : EVERYDAY);
  const needs = await testNeeds(files);
  const env = needs.engine || needs.cli ? await environment(needs) : process.env;
  const mocha = ["--parallel", "--jobs", "2", "--require", "test/quiet.ts", ...options, ...files];
  const { exitCode } = await withoutSignals(() => execa("mocha", mocha, { ...run, env, extendEnv: false }));
  return exitCode ?? 1;
});

async function environment(needs: Needs): Promise<NodeJS.ProcessEnv> {
  try {
    return (await prepareMachine("dev", needs)).env;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say(`the machine cannot be made ready, so tests that need an engine will be skipped:\n${reason}`);
    return process.env;
  }
}
