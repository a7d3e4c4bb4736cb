import { releaseFolder } from "../../releases/folder.ts";
import { buildSampleApp } from "./sampleApp.ts";

/** Where an application's files are to be had. */
export interface ApplicationSource {
  /** The user's folder, relative to the project; undefined for the sample application. */
  readonly files: string | undefined;
  /** The kept release that is used instead of them; default: none. */
  readonly release?: string | undefined;
}

/** The folder that an application's files are in now. The sample application is built for it. */
export function applicationFolder({ files, release }: ApplicationSource): string {
  if (release !== undefined) return releaseFolder(release);
  return files ?? buildSampleApp();
}
