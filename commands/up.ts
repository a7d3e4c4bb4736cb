import { bringUp } from "../operations/session/bringUp.ts";
import { openSession } from "../operations/session/pulumi.ts";
import { main } from "../operations/session/terminal.ts";

await main(async () => bringUp(await openSession(process.argv.slice(2), { isMade: true })));
