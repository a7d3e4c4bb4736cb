import { readFileSync } from "node:fs";
import type { VisitorsPlan } from "../../topology/loadBalancerPlan.ts";

/** HAProxy's configuration folder in its container. */
export const CONFIG_FOLDER = "/etc/haproxy";

/** The page for visitors while no server can answer, as an argument of HAProxy's keywords for answers. */
export const NO_SERVER = `content-type "text/html; charset=utf-8" file ${CONFIG_FOLDER}/503.html hdr Retry-After 5`;

/** Answers to what is no valid request in HTTP, by their status: HAProxy gives them before it applies any rule. */
const BROKEN: Readonly<Record<number, string>> = {
  400: "Bad Request",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};

/** Lines of HAProxy's configuration that name the files of these answers. */
export const BROKEN_ANSWERS = Object.keys(BROKEN).map(
  (status) => `errorfile ${status} ${CONFIG_FOLDER}/${status}.http`,
);

/** The files of HAProxy's own answers in its configuration folder, those of {@link BROKEN_ANSWERS} with their headers. */
export function answerFiles({ headers }: Pick<VisitorsPlan, "headers">): Record<string, string> {
  const lines = headers.map(({ name, value }) => `${name}: ${value}\r\n`).join("");
  const broken = Object.entries(BROKEN).map(([status, reason]) => {
    const page = `<!doctype html><title>${reason}</title><h1>${reason}</h1>\n`;
    const fixed = `Content-Type: text/html; charset=utf-8\r\nContent-Length: ${page.length}\r\nCache-Control: no-store\r\nConnection: close\r\n`;
    return [`${status}.http`, `HTTP/1.1 ${status} ${reason}\r\n${fixed}${lines}\r\n${page}`];
  });
  return { "503.html": PAGE, ...Object.fromEntries(broken) };
}

const PAGE = readFileSync(new URL("files/503.html", import.meta.url), "utf8");
