import { readFile } from "node:fs/promises";
import { type ApplicationSource, applicationVersion } from "../../components/appTier/applicationFolder.ts";
import type { ApplicationKind } from "../../config/applicationKind.ts";
import { schema } from "../../config/schema.ts";
import { meantBy, withoutCiphers } from "../../config/shape.ts";
import { imageOf } from "../../releases/store.ts";
import { sourceOf } from "../../topology/program.ts";
import { settingsIn, stackFile } from "../stack/file.ts";
import { stackNeeds } from "../stack/needs.ts";
import { PROJECT, ROOT } from "../stack/project.ts";
import { removeSetting, setSetting } from "../stack/setting.ts";
import type { Session } from "./pulumi.ts";

const RELEASE = "application.release";
/** The settings that name the application's image: its own, and the older one among those of all images. */
const OWN_IMAGE = "application.image";
const IMAGE = "images.application";

/** The settings in a stack's file that decide what the application runs. */
export interface ReleaseSettings extends ApplicationSource {
  readonly kind: ApplicationKind;
  /** The setting that names the image. */
  readonly imageSetting: typeof OWN_IMAGE | typeof IMAGE;
}

/** Reads a stack's file. Malformed settings are passed over here: the program reports them. */
export async function releaseSettings(stack: string, folder = ROOT): Promise<ReleaseSettings> {
  const { images } = await stackNeeds(stack, folder);
  const settings = settingsIn(await readFile(stackFile(stack, folder), "utf8").catch(() => ""));
  const { application } = schema.shape;
  const result = application.safeParse(
    withoutCiphers(application, meantBy(application, settings[`${PROJECT}:application`])),
  );
  const given = result.data ?? application.parse(undefined);
  return { ...sourceOf(given, images), imageSetting: given.image === undefined ? IMAGE : OWN_IMAGE };
}

/** The release that these settings ask for; undefined: its files are missing. */
export function releaseAskedFor(settings: ReleaseSettings): string | undefined {
  try {
    return applicationVersion(settings);
  } catch {
    return undefined;
  }
}

/**
 * Why a release does not run with these settings: an image alone is no release of files, nor the other way round.
 * undefined: it does.
 */
export function anotherKind(
  release: string,
  { kind }: Pick<ReleaseSettings, "kind">,
  home?: string,
): string | undefined {
  const image = imageOf(release, home);
  if ((image !== undefined) === (kind === "image")) return undefined;
  return image === undefined
    ? `the release ${release} has files, and the stack now runs an image alone
    cure:      set application.files or application.build as it was then, remove application.image, and npm run up`
    : `the release ${release} is the image ${image} alone, and the stack now runs files
    cure:      remove application.files and application.build, set application.image to ${image}, and npm run up`;
}

/** Pins the release in the stack's settings. */
export async function setRelease(session: Session, release: string): Promise<void> {
  await setSetting(session, RELEASE, release);
}

export async function removeRelease(session: Session): Promise<void> {
  await removeSetting(session, RELEASE);
}

/** Sets the application's image in the stack's settings, or removes the setting if the image is the default. */
export async function setImage(session: Session, { imageSetting }: ReleaseSettings, image: string): Promise<void> {
  const isUsual = schema.shape.images.parse(undefined).application === image;
  if (imageSetting === IMAGE && isUsual) await removeSetting(session, IMAGE);
  else await setSetting(session, imageSetting, image);
}
