/** The path below which the files are that the page refers to: the default of the setting application.staticPath. */
export const STATIC_PATH = "/static/";

/** A file as it is sent. */
export interface StaticFile {
  /** With the character set. */
  readonly type: string;
  readonly text: string;
}
