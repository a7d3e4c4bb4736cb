import { heal } from "../operations/session/heal.ts";
import { openSession, pulumi } from "../operations/session/pulumi.ts";
import { main } from "../operations/session/terminal.ts";

/** Removes everything but what is protected: data volumes and the passwords that open them. */
await main(async () => {
  const { session } = await heal(await openSession(process.argv.slice(2)));
  return pulumi(session, ["destroy", "--exclude-protected"]);
});
