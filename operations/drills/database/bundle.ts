import { buildSync } from "esbuild";
import { ROOT } from "../../stack/project.ts";
import type { WriterSettings } from "./notes.ts";

/** The writer and its settings as one script for `node -`, so that no file has to be stored. */
export function writerScript(settings: WriterSettings): string {
  const { outputFiles } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: ["./operations/drills/database/writer.ts"],
    write: false,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    format: "iife",
    globalName: "writer",
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent",
    tsconfigRaw: "{}",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild wrote nothing");
  return `${file.text}\nwriter.write(${JSON.stringify(settings)});\n`;
}
