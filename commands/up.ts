import { bringUp } from "./bringUp.ts";
import { main, openSession } from "./pulumi.ts";

await main(async () => bringUp(await openSession(process.argv.slice(2))));
