import { heal } from "./heal.ts";
import { main, openSession, pulumi } from "./pulumi.ts";

/** Brings the stack up; without a terminal nobody can answer, and asking for `up` was the answer. */
await main(async () => {
  const session = await openSession(process.argv.slice(2));
  await heal(session);
  return pulumi(session, ["up", ...(process.stdin.isTTY && process.stdout.isTTY ? [] : ["--yes"])]);
});
