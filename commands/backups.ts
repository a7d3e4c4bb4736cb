import { backupScript, backupsOf } from "../operations/backups/container.ts";
import { parseListing } from "../operations/backups/listing.ts";
import { backupTable } from "../operations/backups/report.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { prepareMachine } from "../operations/session/machine.ts";
import { optionsOf } from "../operations/session/options.ts";
import { main, print, say } from "../operations/session/terminal.ts";
import { openStack } from "../operations/stack/open.ts";

const USAGE = `npm run backups     lists the backups that can be restored

  --stack NAME     default: dev`;

/** Lists the backups that can be restored. */
await main(async () => {
  const { stack, reference, rest } = commandLine(process.argv.slice(2));
  optionsOf("backups", { args: [...rest], options: {} });
  await prepareMachine(stack);
  const { topology, containers } = await openStack(stack);
  const { name } = backupsOf(topology, reference);
  const listing = parseListing(await containers.execute(name, backupScript("list")));
  const lines = backupTable(listing, `${topology.project}/${topology.stack}`, new Date());
  if (lines.length === 0) say("no backup has been taken yet; npm run backup takes one now");
  for (const line of lines) print(line);
  for (const problem of listing.problems) say(`warning: ${problem}`);
  return 0;
}, USAGE);
