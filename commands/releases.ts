import { join } from "node:path";
import { containersThatAre } from "../operations/session/containersThatAre.ts";
import { optionsOf } from "../operations/session/options.ts";
import { openSession } from "../operations/session/pulumi.ts";
import { main, print, say } from "../operations/session/terminal.ts";
import { cli } from "../operations/stack/cli.ts";
import { ROOT } from "../operations/stack/project.ts";
import { RELEASES } from "../releases/folder.ts";
import { readJournal } from "../releases/journal.ts";
import { releaseTable } from "../releases/report.ts";
import { kept } from "../releases/store.ts";

const USAGE = `npm run releases     lists the releases that npm run rollback can bring back

  --stack NAME     default: dev`;

/** Lists the releases that `npm run rollback` can bring back. */
await main(async () => {
  const session = await openSession(process.argv.slice(2));
  optionsOf("releases", { args: [...session.rest], options: {} });
  const home = join(ROOT, RELEASES);
  // Outputs remain when the stack is down.
  const isDown = (await containersThatAre(session.stack, "starting", "healthy", "unhealthy")).length === 0;
  const running = isDown ? undefined : await cli(session, ["stack", "output", "release"]).catch(() => undefined);
  const lines = releaseTable(kept(home), readJournal(session.stack, home), running, new Date());
  if (lines.length === 0) say("no release is kept yet; npm run up keeps the one that it brings up");
  for (const line of lines) print(line);
  return 0;
}, USAGE);
