import { readFileSync } from "node:fs";
import type { VisitorsPlan } from "../../topology/loadBalancerPlan.ts";
import { type ErrorFiles, statusesOf } from "../errorFiles.ts";

/** HAProxy's configuration folder in its container. */
export const CONFIG_FOLDER = "/etc/haproxy";

const HTML = "text/html; charset=utf-8";

/** The page for visitors while no server can answer, as an argument of HAProxy's keywords for answers. */
export const NO_SERVER = `content-type "${HTML}" file ${CONFIG_FOLDER}/503.html hdr Retry-After 5`;

/** Answers to what is no valid request in HTTP, by their status: HAProxy gives them before it applies any rule. */
const BROKEN: Readonly<Record<number, string>> = {
  400: "Bad Request",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};

/** A status for which HAProxy 3.2 takes no page. It never gives that answer itself. */
const UNKNOWN = 416;

/** Lines of HAProxy's configuration that name the pages of its own answers. */
export function errorAnswers(pages: ErrorFiles): string[] {
  const broken = Object.keys(BROKEN);
  const others = statusesOf(pages).filter((status) => !broken.includes(String(status)) && status !== UNKNOWN);
  return [
    ...broken.map((status) => `errorfile ${status} ${CONFIG_FOLDER}/${status}.http`),
    ...[...new Set([...others, 504])]
      .filter((status) => status !== 503)
      .map((status) => `http-error status ${status} content-type "${HTML}" file ${CONFIG_FOLDER}/${status}.html`),
    `http-error status 503 ${NO_SERVER}`,
  ];
}

/**
 * The files of HAProxy's own answers in its configuration folder, those to what is no valid request with their headers.
 */
export function answerFiles(
  { headers }: Pick<VisitorsPlan, "headers">,
  pages: ErrorFiles = {},
): Record<string, string> {
  const lines = headers.map(({ name, value }) => `${name}: ${value}\r\n`).join("");
  const broken = Object.entries(BROKEN).map(([status, reason]) => {
    const page = pages[`${status}.html`] ?? `<!doctype html><title>${reason}</title><h1>${reason}</h1>\n`;
    const fixed = `Content-Type: ${HTML}\r\nContent-Length: ${Buffer.byteLength(page)}\r\nCache-Control: no-store\r\nConnection: close\r\n`;
    return [`${status}.http`, `HTTP/1.1 ${status} ${reason}\r\n${fixed}${lines}\r\n${page}`];
  });
  return { "503.html": file("503.html"), "504.html": file("504.html"), ...pages, ...Object.fromEntries(broken) };
}

function file(name: string): string {
  return readFileSync(new URL(`files/${name}`, import.meta.url), "utf8");
}
