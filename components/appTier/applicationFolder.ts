import { releaseFolder } from "../../releases/folder.ts";
import { buildSampleApp } from "./sampleApp.ts";

/** The source of an application's files. */
export interface ApplicationSource {
  /** The user's folder, relative to the project; undefined for the sample application. */
  readonly files: string | undefined;
  /** The kept release that is used instead of `files`; default: none. */
  readonly release?: string | undefined;
}

/** The folder that has an application's files; the sample application is built first. */
export function applicationFolder({ files, release }: ApplicationSource): string {
  if (release !== undefined) return releaseFolder(release);
  return files ?? buildSampleApp();
}
