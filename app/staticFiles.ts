/** The path of the page's static files: the default of the setting application.staticPath. */
export const STATIC_PATH = "/static/";

/** A file to be sent. */
export interface StaticFile {
  /** The content type with the character set. */
  readonly type: string;
  readonly text: string;
}
