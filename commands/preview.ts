import { main, openSession, pulumi } from "./pulumi.ts";

await main(async () => pulumi(await openSession(process.argv.slice(2)), ["preview"]));
