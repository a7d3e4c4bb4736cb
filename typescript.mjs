/**
 * Node.js reads TypeScript itself. A version that does not gets a loader, so that it can read the sentence that says
 * which version is needed, and the bootstrap that provides one.
 */
if (!process.features.typescript) (await import("tsx/esm/api")).register();
