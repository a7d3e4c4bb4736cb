import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { main, say } from "../operations/session/terminal.ts";
import { ROOT } from "../operations/stack/project.ts";
import { refusedLicences } from "../operations/supply/licences.ts";
import { parseAudit } from "../operations/supply/vulnerabilities.ts";

/** Checks the dependencies: their licences, and their known vulnerabilities where the registry knows them. */
await main(async () => {
  const refused = refusedLicences(await readFile(`${ROOT}/package-lock.json`, "utf8"));
  for (const { name, version, licence } of refused) {
    say(`error: ${name} ${version} has ${licence === undefined ? "no licence" : `the licence ${licence}`}
    allowed:   the licences in operations/supply/licences.ts`);
  }
  const { stdout, stderr } = await execa("npm", ["audit", "--json"], { cwd: ROOT, reject: false });
  const audit = parseAudit(stdout, stderr);
  if (audit.kind === "skipped") {
    say(`SKIPPED: the dependencies were not checked for known vulnerabilities: ${audit.reason}
    cure:      use a registry that has npm's audit service, such as registry.npmjs.org`);
  } else {
    for (const line of audit.failing) say(`error: known vulnerability: ${line}`);
    for (const line of audit.others) say(`warning: known vulnerability: ${line}`);
    if (audit.failing.length + audit.others.length === 0) say("no dependency has a known vulnerability");
  }
  const failed = refused.length > 0 || (audit.kind === "audited" && audit.failing.length > 0);
  if (refused.length === 0) say("all dependencies have allowed licences");
  return failed ? 1 : 0;
});
