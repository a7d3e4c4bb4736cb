/** The statuses of answers that Nginx or HAProxy give themselves, and for which users may have pages of their own. */
export const PAGE_STATUSES = [400, 403, 404, 405, 408, 413, 414, 416, 429, 431, 500, 501, 502, 503, 504] as const;

/** The largest page, in kB: HAProxy holds one, with its headers, in a buffer. */
export const MOST_PAGE_KB = 64;

/** The name of a page's file: its status, and .html. */
const PAGE_NAME = /^(\d{3})\.html$/;

/** The status that a file is a page for; undefined: its name is not that of a page. */
export function pageStatus(file: string): number | undefined {
  const status = Number(PAGE_NAME.exec(file)?.[1]);
  return PAGE_STATUSES.find((one) => one === status);
}
