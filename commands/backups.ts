import { parseListing } from "../backups/listing.ts";
import { backupTable } from "../backups/report.ts";
import { engineClient } from "../preflight/engine.ts";
import { stackContainers } from "../stack/containers.ts";
import { factsOf } from "../stack/facts.ts";
import { backupScript, backupsOf } from "./backupContainer.ts";
import { prepareMachine } from "./machine.ts";
import { main } from "./pulumi.ts";
import { commandLine, say } from "./settings.ts";

/** Lists the backups that can be restored. */
await main(async () => {
  const { stack } = commandLine(process.argv.slice(2));
  await prepareMachine(stack);
  const { config, topology } = await factsOf(stack);
  const { name } = backupsOf(topology);
  const containers = stackContainers(
    engineClient(config.loadBalancer.endpoint),
    topology,
    new AbortController().signal,
  );
  const listing = parseListing(await containers.execute(name, backupScript("list")));
  const lines = backupTable(listing, `${topology.project}/${topology.stack}`, new Date());
  if (lines.length === 0) say("no backup has been taken yet; npm run backup takes one now");
  for (const line of lines) console.log(line);
  for (const problem of listing.problems) say(`warning: ${problem}`);
  return 0;
});
