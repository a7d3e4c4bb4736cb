import { join } from "node:path";
import { bringUp } from "../operations/session/bringUp.ts";
import { optionsOf } from "../operations/session/options.ts";
import { openSession, type Session } from "../operations/session/pulumi.ts";
import {
  anotherKind,
  releaseSettings,
  removeRelease,
  setImage,
  setRelease,
} from "../operations/session/releaseSettings.ts";
import { main, say, sayUsage } from "../operations/session/terminal.ts";
import { ROOT } from "../operations/stack/project.ts";
import { RELEASES } from "../releases/folder.ts";
import { type Entry, imageForward, previous, readJournal } from "../releases/journal.ts";
import { age, releaseList } from "../releases/report.ts";
import { kept } from "../releases/store.ts";

const HOME = join(ROOT, RELEASES);

const USAGE = `npm run rollback                 goes back to the application's previous release
npm run rollback -- RELEASE      goes back to a release that npm run releases lists
npm run rollback -- --undo       the next npm run up goes forward again

  --stack NAME     default: dev
  --yes            do not ask
  --skip-preview   do not show what will change`;

await main(async () => {
  const { rest, ...session } = await openSession(process.argv.slice(2));
  const { values, positionals } = optionsOf("rollback", {
    args: [...rest],
    options: {
      undo: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      "skip-preview": { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  const [wanted, ...more] = positionals;
  if (more.length > 0 || (values.undo && wanted !== undefined)) {
    sayUsage(USAGE);
    return 2;
  }
  if (values.undo) return undo({ ...session, rest: [] });
  const entries = readJournal(session.stack, HOME);
  const target = wanted === undefined ? before(entries) : named(wanted, entries);
  const forCli = (["yes", "skip-preview"] as const).filter((name) => values[name]).map((name) => `--${name}`);
  return goBack({ ...session, rest: forCli }, target);
}, USAGE);

type Target = Pick<Entry, "release"> & Partial<Entry>;

async function goBack(session: Session, { release, image, at }: Target): Promise<number> {
  say(`going back to the release ${release}${at === undefined ? "" : ` of ${age(new Date(at), new Date())}`}`);
  const settings = await releaseSettings(session.stack);
  const obstacle = anotherKind(release, settings);
  if (obstacle !== undefined) throw new Error(obstacle);
  if (image !== undefined && image !== settings.image) {
    say(`it ran on the image ${image}, which replaces ${settings.image}`);
    await setImage(session, settings, image);
  }
  await setRelease(session, release);
  return bringUp(session);
}

async function undo(session: Session): Promise<number> {
  const settings = await releaseSettings(session.stack);
  const { release, image } = settings;
  if (release === undefined) {
    say("application.release is not set: the stack runs the files as they are");
    return 0;
  }
  await removeRelease(session);
  const forward = imageForward(readJournal(session.stack, HOME), { release, image });
  if (forward !== undefined) await setImage(session, settings, forward);
  say(`the files as they are${forward === undefined ? "" : `, on the image ${forward},`} come up with npm run up`);
  return 0;
}

function before(entries: readonly Entry[]): Target {
  const releases = kept(HOME);
  const target = previous(entries, (release) => releases.some((one) => one.release === release));
  if (target === undefined) {
    throw new Error(`there is nothing to go back to: no other release that came up is kept
    allowed:   a release that is kept: npm run rollback -- RELEASE; npm run releases lists them`);
  }
  return target;
}

/** @throws Error if the release is not kept */
function named(release: string, entries: readonly Entry[]): Target {
  const releases = kept(HOME);
  if (!releases.some((one) => one.release === release)) {
    throw new Error(`the release ${release} is not kept
    allowed:   ${releases.length === 0 ? "none is kept yet" : releaseList(releases, new Date())}`);
  }
  return entries.findLast((entry) => entry.ok && entry.release === release) ?? { release };
}
