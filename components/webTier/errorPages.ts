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

const PAGE = "/error-page";

export const ERROR_TEXTS = `    map $status $error_text {
${Object.entries(TEXTS)
  .map(([status, text]) => `        ${status} "${text}";`)
  .join("\n")}
        default "The request cannot be answered.";
    }`;

/** 502 and 504 have a location of their own. */
export const ERROR_PAGES = [
  `error_page ${[...Object.keys(TEXTS).filter((status) => status !== "502" && status !== "504"), ...OWN_STATUSES].join(" ")} ${PAGE};`,
];

/** The answer keeps the status that led here. */
export const ERROR_LOCATION = `        location = ${PAGE} {
            internal;
            default_type "text/plain; charset=utf-8";
            return 200 "$error_text\\n";
        }`;
