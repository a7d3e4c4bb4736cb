// The SDK starts a pack with an old TypeScript compiler of its own, which does not know today's types. It only sees
// files that are loaded with `require`: with `import` Node.js reads TypeScript itself, as it does for the program.
module.exports = import("../typescript.mjs").then(() => import("./pack.ts"));
