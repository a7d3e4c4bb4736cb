import favicon from "./static/favicon.svg";
import style from "./static/style.css";
import type { StaticFile } from "./staticFiles.ts";

/** The files of the folder static. The bundler embeds them, so the application has them wherever it runs. */
export const EMBEDDED_FILES: ReadonlyMap<string, StaticFile> = new Map([
  ["favicon.svg", { type: "image/svg+xml; charset=utf-8", text: favicon }],
  ["style.css", { type: "text/css; charset=utf-8", text: style }],
]);
