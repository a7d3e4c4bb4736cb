/**
 * Every npm script that runs a command loads this file first (`tsx --import`). Where Node.js is new enough it does
 * nothing; else it runs the command with a Node.js that is.
 */
import { replacement } from "./choice.ts";

try {
  const wanted = replacement(process.versions.node, process.platform, process.arch);
  if (wanted !== undefined) {
    const { provideNode } = await import("./provide.ts");
    const { runAgain } = await import("./again.ts");
    process.exit(await runAgain(await provideNode(wanted, console.error)));
  }
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
