// The SDK loads these two at once and never uses them here: the API that drives the CLI, and npm's client. They would
// take a third of a second.
for (const unused of ["@pulumi/pulumi/automation/index.js", "@npmcli/arborist"]) {
  try {
    const file = require.resolve(unused);
    require.cache[file] ??= Object.assign(new module.constructor(file), { filename: file, loaded: true, exports: {} });
  } catch {
    // Another version of the SDK may not have it.
  }
}

// The SDK starts a pack with an old TypeScript compiler of its own, which does not know today's types. It only sees
// files that are loaded with `require`: with `import` Node.js reads TypeScript itself, as it does for the program.
module.exports = import("../typescript.mjs")
  .then(() => import("./pack.ts"))
  .catch((error) => {
    // A new version of the project may need packages that are not installed yet.
    const isMissing = error.code === "ERR_MODULE_NOT_FOUND";
    console.error(`the policies cannot be loaded, and nothing was changed: ${isMissing ? error.message : error.stack}
    cure:      ${isMissing ? "npm ci" : "repair policy/, or npm ci"}`);
    process.exit(1);
  });
