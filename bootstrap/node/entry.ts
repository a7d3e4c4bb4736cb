/**
 * Every npm script loads this file before its command. If Node.js is too old, the file runs the command with another
 * one. Every process that the command starts finds compiled code in the cache.
 */
import module from "node:module";
import { compiledFolder } from "../cache.ts";
import { replacement } from "./choice.ts";
import { THIS_PLATFORM } from "./platform.ts";

process.env["NODE_COMPILE_CACHE"] ??= compiledFolder();
try {
  const wanted = replacement(process.versions.node, THIS_PLATFORM);
  if (wanted !== undefined) {
    const { provideNode } = await import("./provide.ts");
    const { runAgain } = await import("./again.ts");
    process.exit(await runAgain(await provideNode(wanted, console.error)));
  }
  module.enableCompileCache();
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
