import type { WebPlan } from "../../topology/plan.ts";
import type { ErrorFiles } from "../errorFiles.ts";
import { errorLocations, errorPages, UNANSWERED } from "./errorPages.ts";

/** The folder, in the container, of the files that Nginx serves itself. */
export const STATIC_FOLDER = "/srv/static";
/** While this file exists, Nginx tells the load balancer that it is not ready; files/start.sh creates it. */
export const DRAINING_FILE = "/tmp/draining";

/** While this file exists, Nginx says the same of one server's application; components/appTier/drain.ts creates it. */
export function drainingFile(server: string): string {
  return `${DRAINING_FILE}-${server}`;
}

/** The files that Nginx serves itself: their path in URLs, and a version that changes with them. */
export interface StaticFiles {
  readonly path: string;
  readonly version: string;
}

/** Nginx's answers by path: its own files, the application's pages, and no page of what visitors may not see. */
export function locations(plan: WebPlan, files: StaticFiles | undefined, pages: ErrorFiles): (string | undefined)[] {
  return [
    ROOT_LOCATION,
    readinessLocation(plan),
    ...hiddenLocations(plan),
    ...errorLocations(pages),
    files && staticLocations(files),
    unansweredLocation(pages),
  ];
}

/** The application's answer, or an error's page behind what @unanswered finds out. */
const PASS = `            recursive_error_pages on;
            proxy_pass http://$application;`;

const ROOT_LOCATION = `        location / {
${PASS}
        }`;

function readinessLocation({ readinessPath, hiddenPaths }: WebPlan): string {
  return `        location = ${readinessPath} {
${hiddenPaths.some((path) => isBelow(readinessPath, path)) ? `${HIDDEN}\n` : ""}            if (-f ${DRAINING_FILE}) {
                return 503;
            }
            if (-f ${drainingFile("$application")}) {
                return 503;
            }
${PASS}
        }`;
}

/**
 * Paths that only the load balancer's own requests may ask for. Some frameworks take a path in capitals, with a slash at
 * its end or with parameters behind a semicolon for the same one. Nginx has decoded it and resolved its dots.
 */
function hiddenLocations({ hiddenPaths }: WebPlan): string[] {
  return hiddenPaths.map(
    (path) => `        location ~* "^${path.replaceAll(".", "\\.")}([/;]|$)" {
${HIDDEN}
${PASS}
        }`,
  );
}

function isBelow(path: string, folder: string): boolean {
  return `${path}/`.toLowerCase().startsWith(`${folder}/`.toLowerCase());
}

const HIDDEN = `            if ($visitor) {
                return 404;
            }`;

/**
 * Nginx compresses these files alone: an answer of the application may contain a secret beside the visitor's input, and
 * the length of the compressed answer would reveal the secret (BREACH).
 *
 * The ETag of each file is the version of all files, because a file's time differs between web servers.
 */
function staticLocations({ path, version }: StaticFiles): string {
  return `        location ${path} {
            alias ${STATIC_FOLDER}/;
            etag off;
            if_modified_since off;
            add_header ETag '"${version}"';
            add_header Last-Modified "";
            add_header Cache-Control $static_lifetime;
            add_header X-Content-Type-Options nosniff;
            gzip on;
            gzip_vary on;
            gzip_min_length 256;
            gzip_types text/plain text/css text/javascript text/xml application/javascript application/json application/manifest+json application/xml image/svg+xml;
            if ($http_if_none_match ~ ${version}) {
                return 304;
            }
            # Another release of the application may still have a file that is missing here.
            try_files $uri @application;
        }

        location @application {
${PASS}
        }`;
}

function unansweredLocation(pages: ErrorFiles): string {
  return `        # 421 tells the load balancer that the application received nothing: the request may take another route.
        location @unanswered {
${errorPages(pages, UNANSWERED)
  .map((line) => `            ${line}`)
  .join("\n")}
            if ($upstream_bytes_sent !~ [1-9]) {
                return 421;
            }
            if ($status = 504) {
                return 504;
            }
            return 502;
        }`;
}
