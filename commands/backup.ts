import { backupScript, backupsOf } from "../operations/backups/container.ts";
import { parseListing } from "../operations/backups/listing.ts";
import { size } from "../operations/backups/report.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { requireOwn } from "../operations/session/heal.ts";
import { prepareMachine } from "../operations/session/machine.ts";
import { optionsOf } from "../operations/session/options.ts";
import { main, print, say } from "../operations/session/terminal.ts";
import { openStack } from "../operations/stack/open.ts";

const USAGE = `npm run backup     takes a full backup now

  --stack NAME     default: dev`;

/** Takes a full backup now. */
await main(async () => {
  const { stack, reference, rest } = commandLine(process.argv.slice(2));
  optionsOf("backup", { args: [...rest], options: {} });
  const machine = await prepareMachine(stack);
  const { topology, containers } = await openStack(stack);
  const { name } = backupsOf(topology, reference);
  await requireOwn({ stack, reference, ...machine });
  const outcome = (await containers.execute(name, backupScript("request", "full"))).trim();
  const taken = /^taken: (.+)$/.exec(outcome)?.[1];
  if (taken === undefined) throw new Error(`no backup was taken: ${outcome.replace(/^(failed|refused): /, "")}`);
  const { backups, storages } = parseListing(await containers.execute(name, backupScript("list")));
  const backup = backups.find((candidate) => candidate.name === taken);
  if (backup === undefined) throw new Error(`the backup ${taken} is no longer there`);
  say(`a full backup of ${backup.from}, started and checked:`);
  const stored = storages.get(taken);
  const files = stored && `  with ${stored.files} files of ${backup.storage.join(", ")}, ${size(stored.bytes)}`;
  print(`${backup.name}  ${size(backup.bytes)}  ${backup.seconds} s${files ?? ""}`);
  return 0;
}, USAGE);
