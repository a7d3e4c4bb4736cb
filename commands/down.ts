import { heal } from "./heal.ts";
import { main, openSession, pulumi } from "./pulumi.ts";

/** Removes everything but what is protected: data volumes and the passwords that open them. */
await main(async () => {
  const { session } = await heal(await openSession(process.argv.slice(2)));
  return pulumi(session, ["destroy", "--exclude-protected"]);
});
