import { heal } from "../operations/session/heal.ts";
import { openSession } from "../operations/session/pulumi.ts";
import { takeDown } from "../operations/session/takeDown.ts";
import { main } from "../operations/session/terminal.ts";

/** Removes the stack except for its protected resources: data volumes, and the passwords that open them. */
await main(async () => {
  const { session, known } = await heal(await openSession(process.argv.slice(2)));
  return takeDown(session, known);
});
