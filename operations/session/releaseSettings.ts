import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { type ApplicationSource, applicationFolder } from "../../components/appTier/applicationFolder.ts";
import { schema } from "../../config/schema.ts";
import { fromText } from "../../config/shape.ts";
import { folderContent } from "../../releases/content.ts";
import { cli } from "../stack/cli.ts";
import { stackNeeds } from "../stack/needs.ts";
import { PROJECT, ROOT } from "../stack/project.ts";
import type { Session } from "./pulumi.ts";

const RELEASE = `${PROJECT}:application.release`;
const IMAGE = `${PROJECT}:images.application`;

/** What a stack's file says of the application. */
export interface ReleaseSettings extends ApplicationSource {
  /** The application's image. */
  readonly image: string;
}

/** Reads a stack's file; what is malformed there the program itself reports. */
export async function releaseSettings(stack: string): Promise<ReleaseSettings> {
  const { images } = await stackNeeds(stack);
  const file = parse(await readFile(`${ROOT}/Pulumi.${stack}.yaml`, "utf8").catch(() => "{}"));
  const { application } = schema.shape;
  const result = application.safeParse(fromText(application, file?.config?.[`${PROJECT}:application`]));
  return { files: result.data?.files, release: result.data?.release, image: images.application };
}

/** The release that these settings ask for, or undefined where its files are not there. */
export function releaseAskedFor(settings: ReleaseSettings): string | undefined {
  try {
    return settings.release ?? folderContent(applicationFolder(settings)).version;
  } catch {
    return undefined;
  }
}

/** Names the release in the stack's settings. Ten digits would become a number if they were not said to be text. */
export async function setRelease(session: Session, release: string): Promise<void> {
  await cli(session, ["config", "set", "--path", "--type", "string", RELEASE, release]);
}

export async function removeRelease(session: Session): Promise<void> {
  await remove(session, RELEASE);
}

/** Names the application's image in the stack's settings, where it is not the default. */
export async function setImage(session: Session, image: string): Promise<void> {
  if (schema.shape.images.parse(undefined).application === image) await remove(session, IMAGE);
  else await cli(session, ["config", "set", "--path", IMAGE, image]);
}

/** Removes a setting, and the object that it was in where nothing else is in there: the file is as it was before. */
async function remove(session: Session, path: string): Promise<void> {
  await cli(session, ["config", "rm", "--path", path]);
  const object = path.slice(0, path.lastIndexOf("."));
  if ((await cli(session, ["config", "get", object])) === "{}") await cli(session, ["config", "rm", object]);
}
