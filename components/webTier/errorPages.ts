import { type ErrorFiles, statusesOf } from "../errorFiles.ts";
import { CONFIG_FOLDER } from "./folders.ts";

/** Nginx's own answers to requests that it does not pass on. They name no program. */

const TEXTS: Readonly<Record<number, string>> = {
  400: "The request is malformed.",
  403: "You may not see this.",
  404: "There is nothing here.",
  405: "This cannot be done here.",
  408: "The request took too long.",
  413: "The request is too large.",
  414: "The address is too long.",
  416: "The file has no such part.",
  429: "Too many requests. Please wait a moment.",
  431: "The headers are too large.",
  500: "Something went wrong on our side.",
  501: "This cannot be done here.",
  502: "No answer came from our side.",
  503: "No answer can be given just now.",
  504: "The answer took too long.",
};

/** Nginx's own statuses become 400 when it answers: oversized headers, and mistakes in TLS. */
const OWN_STATUSES = [494, 495, 496, 497];

/** No application has a path like this one, which visitors cannot ask for. */
const PAGE = "/.foobar-error/";

export const ERROR_TEXTS = `    map $status $error_text {
${Object.entries(TEXTS)
  .map(([status, text]) => `        ${status} "${text}";`)
  .join("\n")}
        default "The request cannot be answered.";
    }`;

/** Statuses for which Nginx first finds out whether the application has received anything. */
export const UNANSWERED: readonly number[] = [502, 504];

/** All other statuses. */
export const ANSWERED: readonly number[] = [
  ...Object.keys(TEXTS)
    .map(Number)
    .filter((status) => !UNANSWERED.includes(status)),
  ...OWN_STATUSES,
];

/** Lines by which each status leads to the user's page or to Nginx's text. The answer keeps the status. */
export function errorPages(pages: ErrorFiles, statuses: readonly number[]): string[] {
  const own = statusesOf(pages);
  const shown = (status: number) => own.find((page) => page === (OWN_STATUSES.includes(status) ? 400 : status));
  const texts = statuses.filter((status) => shown(status) === undefined);
  return [
    ...(texts.length === 0 ? [] : [`error_page ${texts.join(" ")} ${PAGE};`]),
    ...own.flatMap((page) => {
      const led = statuses.filter((status) => shown(status) === page);
      return led.length === 0 ? [] : [`error_page ${led.join(" ")} ${PAGE}${page}.html;`];
    }),
  ];
}

/** Where the pages and the texts are. */
export function errorLocations(pages: ErrorFiles): string[] {
  const text = `        location = ${PAGE} {
            internal;
            default_type "text/plain; charset=utf-8";
            return 200 "$error_text\\n";
        }`;
  const own = `        location ^~ ${PAGE} {
            internal;
            alias ${CONFIG_FOLDER}/;
            charset utf-8;
            etag off;
            max_ranges 0;
            if_modified_since off;
            add_header Last-Modified "" always;
            add_header Cache-Control no-store always;
        }`;
  return [text, ...(Object.keys(pages).length === 0 ? [] : [own])];
}
