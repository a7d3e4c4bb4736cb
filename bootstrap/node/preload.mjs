/** Every npm script loads this file before its command. */
import "../../typescript.mjs";

await import("./entry.ts");
