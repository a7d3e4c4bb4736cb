// A migration with the fault that a file beside it names. It notes its beginnings in the storage.
const { appendFileSync, existsSync } = require("node:fs");
const { fault, release } = require("./fault.json");

appendFileSync("/srv/kept/begun", `${release}\n`);
console.log(`the migration of ${release} has begun`);
if (fault === "migration fails") {
  console.error("Unknown column 'amount'");
  process.exit(4);
}
if (fault === "migration hangs") setInterval(() => undefined, 1_000);
// This one ends when the storage has a file.
if (fault === "migration waits") {
  const wait = setInterval(() => existsSync("/srv/kept/open") && clearInterval(wait), 100);
}
