import type { TestProject } from "../project.ts";
import type { Release } from "./images.ts";
import type { Visitor } from "./visitor.ts";

/** The site's name in all stories. Applications accept no other host. */
export const SITE = "shop.example";

/** What an application is to its users, in the words of one that nobody wrote for this project. */
export interface Story {
  readonly title: string;
  /** The reason why the application cannot be made here; undefined: it can. */
  missing?(): Promise<string | undefined>;
  /** The settings of a release below `foobar:application`. It makes the images that they name. */
  settings(release: Release): Promise<Readonly<Record<string, unknown>>>;
  /** Secrets of the application, which are set as a user sets them. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What is done once after the first `up`, such as the first account. */
  begin?(project: TestProject): Promise<void>;
  /** A session of its own: logged in, connected. */
  enter(visitor: Visitor): Promise<Session>;
  /** The column that the second release adds. Without it the application has one release. */
  readonly added?: { readonly table: string; readonly column: string };
}

/** One visitor's use of the application. */
export interface Session {
  /** Writes a text, with an upload if the application takes uploads. */
  write(text: string, upload?: Buffer): Promise<void>;
  /** All texts, from whichever server answers. */
  read(): Promise<readonly string[]>;
  /** The content of the upload that was written with a text. */
  upload?(text: string): Promise<Buffer>;
  /** The names of the servers that answer, of `requests` requests. */
  servers(requests: number): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}
