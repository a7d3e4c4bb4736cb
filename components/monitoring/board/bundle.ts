import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";

/** Relative to the project, so that the state does not depend on the place of the checkout. */
const BOARD = join("components", "monitoring", "board");
const FOLDER = join(BOARD, "dist");

/**
 * Bundles the page of boards into a folder. The provider uploads the files from there, so the stack's state keeps only
 * their hashes. The page is the same for all stacks.
 * @returns the folder, relative to the project
 */
export function buildPage(): string {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, content] of Object.entries(pageFiles())) {
    const file = join(FOLDER, name);
    if (!contentOf(file)?.equals(content)) writeFileSync(file, content);
  }
  return FOLDER;
}

/**
 * The files of the page by name. A pure function of the sources and the installed packages.
 * @param root the project's folder
 */
export function pageFiles(root = process.cwd()): Readonly<Record<string, Uint8Array>> {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: ["main.ts", "board.css", "index.html", "favicon.svg"].map((name) => `./${BOARD}/page/${name}`),
    outdir: "unwritten",
    write: false,
    bundle: true,
    minify: true,
    platform: "browser",
    target: "es2022",
    format: "esm",
    charset: "utf8",
    legalComments: "none",
    loader: { ".html": "copy", ".svg": "copy" },
    logLevel: "silent",
    tsconfigRaw: "{}",
  });
  return Object.fromEntries(outputFiles.map(({ path, contents }) => [path.replace(/^.*[\\/]/, ""), contents]));
}

function contentOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
