import { execa } from "execa";
import { prepareMachine } from "./machine.ts";
import { main } from "./pulumi.ts";
import { ROOT, say } from "./settings.ts";

const ALL_TESTS = ["test/unit", "app/test", "bootstrap/test", "test/integration"].map(
  (folder) => `${folder}/**/*.test.ts`,
);

/** Checks the code, then runs every test; what needs an engine that cannot be had is skipped, and counted as that. */
await main(async () => {
  const options = { cwd: ROOT, stdio: "inherit", reject: false, preferLocal: true } as const;
  const check = await execa("npm", ["run", "--silent", "check"], options);
  if (check.exitCode !== 0) return check.exitCode ?? 1;
  const env = await prepareMachine("dev").then(
    (machine) => machine.env,
    (error: Error) => {
      say(`the machine cannot be made ready, so integration tests will be skipped:\n${error.message}`);
      return process.env;
    },
  );
  const args = process.argv.slice(2);
  const files = args.some((arg) => arg.endsWith(".ts")) ? [] : ALL_TESTS;
  const { exitCode } = await execa("mocha", [...args, ...files], { ...options, env, extendEnv: false });
  return exitCode ?? 1;
});
