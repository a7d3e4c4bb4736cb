/**
 * Node.js reads TypeScript itself. A version that does not gets a loader, so that it can read the sentence that says
 * which version is needed, and the bootstrap that provides one.
 */
if (!process.features.typescript) (await import("tsx/esm/api")).register();

// Node.js 22 warns that it reads TypeScript. Its option against the warning is unknown to versions before 20.11.
const { emitWarning } = process;
process.emitWarning = (warning, ...rest) => {
  if (!String(warning).startsWith("Type Stripping")) emitWarning.call(process, warning, ...rest);
};
