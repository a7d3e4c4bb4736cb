import { readFile } from "node:fs/promises";
import { type ApplicationSource, applicationFolder } from "../../components/appTier/applicationFolder.ts";
import { schema } from "../../config/schema.ts";
import { meantBy, withoutCiphers } from "../../config/shape.ts";
import { folderContent } from "../../releases/content.ts";
import { settingsIn, stackFile } from "../stack/file.ts";
import { stackNeeds } from "../stack/needs.ts";
import { PROJECT, ROOT } from "../stack/project.ts";
import { removeSetting, setSetting } from "../stack/setting.ts";
import type { Session } from "./pulumi.ts";

const RELEASE = "application.release";
const IMAGE = "images.application";

/** The application's settings in a stack's file. */
export interface ReleaseSettings extends ApplicationSource {
  /** The application's image. */
  readonly image: string;
}

/** Reads a stack's file. Malformed settings are passed over here: the program reports them. */
export async function releaseSettings(stack: string, folder = ROOT): Promise<ReleaseSettings> {
  const { images } = await stackNeeds(stack, folder);
  const settings = settingsIn(await readFile(stackFile(stack, folder), "utf8").catch(() => ""));
  const { application } = schema.shape;
  const result = application.safeParse(
    withoutCiphers(application, meantBy(application, settings[`${PROJECT}:application`])),
  );
  return { files: result.data?.files, release: result.data?.release, image: images.application };
}

/** The release that these settings ask for; undefined: its files are missing. */
export function releaseAskedFor(settings: ReleaseSettings): string | undefined {
  try {
    return settings.release ?? folderContent(applicationFolder(settings)).version;
  } catch {
    return undefined;
  }
}

/** Pins the release in the stack's settings. */
export async function setRelease(session: Session, release: string): Promise<void> {
  await setSetting(session, RELEASE, release);
}

export async function removeRelease(session: Session): Promise<void> {
  await removeSetting(session, RELEASE);
}

/** Sets the application's image in the stack's settings, or removes the setting if the image is the default. */
export async function setImage(session: Session, image: string): Promise<void> {
  if (schema.shape.images.parse(undefined).application === image) await removeSetting(session, IMAGE);
  else await setSetting(session, IMAGE, image);
}
