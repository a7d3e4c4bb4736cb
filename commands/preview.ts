import { openSession, pulumi } from "../operations/session/pulumi.ts";
import { main } from "../operations/session/terminal.ts";

await main(async () => pulumi(await openSession(process.argv.slice(2), { isMade: true }), ["preview"]));
