import { type FolderContent, folderContent, ignoredBy } from "../../releases/content.ts";
import { releaseFolder } from "../../releases/folder.ts";
import { imageVersion } from "../../releases/store.ts";
import type { ProgramPlan } from "../../topology/applicationPlan.ts";
import { buildSampleApp } from "./sampleApp.ts";

/** The source of what the application runs. */
export type ApplicationSource = Pick<ProgramPlan, "kind" | "folder" | "release" | "image" | "dockerfile">;

/** The folder that has an application's files; the sample application is built first. */
export function applicationFolder({ folder, release }: Pick<ApplicationSource, "folder" | "release">): string {
  if (release !== undefined) return releaseFolder(release);
  return folder ?? buildSampleApp();
}

/** What a release has of an application's folder: of a build what its .dockerignore does not leave out. */
export function applicationContent({ kind, dockerfile }: ApplicationSource, folder: string): FolderContent {
  return folderContent(folder, kind === "build" ? ignoredBy(folder, dockerfile) : undefined);
}

/** The version of what the application runs. */
export function applicationVersion(source: ApplicationSource): string {
  if (source.release !== undefined) return source.release;
  if (source.kind === "image") return imageVersion(source.image);
  return applicationContent(source, applicationFolder(source)).version;
}
