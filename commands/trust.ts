import { writeFile } from "node:fs/promises";
import { runnable } from "../config/commands.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { confirm } from "../operations/session/confirm.ts";
import { ensureStack } from "../operations/session/existing.ts";
import { prepareMachine } from "../operations/session/machine.ts";
import { optionsOf } from "../operations/session/options.ts";
import { outputFile } from "../operations/session/outputFile.ts";
import { main, say, sayUsage } from "../operations/session/terminal.ts";
import { outputsOf, readStack } from "../operations/stack/stack.ts";
import { type AuthorityCertificate, authorityCertificates, isNothing } from "../operations/trust/plan.ts";
import { foreignIssuer, trustReport } from "../operations/trust/report.ts";
import { apply, changeOf, obstacle, thisStore } from "../operations/trust/store.ts";

const USAGE = `npm run trust     shows the authority that issues the site's certificate, and how clients are made to trust it

  --stack NAME     default: dev
  --out FILE       writes the authority's certificate to a file, and does nothing else
  --yes            makes this machine trust it, without a question
  --remove         makes this machine trust it no longer, even if the stack is gone`;

await main(async () => {
  const { rest, ...name } = commandLine(process.argv.slice(2));
  const { values, positionals } = optionsOf("trust", {
    args: [...rest],
    options: {
      out: { type: "string" },
      yes: { type: "boolean", default: false },
      remove: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  const asked = [values.out !== undefined, values.yes, values.remove].filter(Boolean);
  if (positionals.length > 0 || values.out === "" || asked.length > 1) {
    sayUsage(USAGE);
    return 2;
  }
  if (values.remove) return trustExactly(name.stack, []);

  const { config, topology } = await readStack(name.stack);
  const foreign = foreignIssuer(
    name.stack,
    topology.ownCertificate !== undefined,
    config.loadBalancer.tls.acme !== undefined,
  );
  if (foreign !== undefined) throw new Error(foreign);
  const file = values.out === undefined ? undefined : outputFile(values.out);
  const machine = await prepareMachine(name.stack, { cli: true, engine: false });
  await ensureStack(name, machine, false);
  const { caCertificate } = await outputsOf(name.reference, machine);
  if (caCertificate === undefined) {
    throw new Error(`the stack ${name.reference} has no HTTPS yet: npm run up -- --stack ${name.reference}`);
  }
  if (file !== undefined) {
    await writeFile(file, caCertificate);
    return 0;
  }
  const certificates = authorityCertificates(caCertificate);
  if (values.yes) return trustExactly(name.stack, certificates);

  const store = thisStore();
  process.stdout.write(runnable(trustReport({ ...name, secureUrl: topology.secureUrl }, certificates, store)));
  if (store === undefined || obstacle(store) !== undefined) return 0;
  if (isNothing(await changeOf(store, name.stack, certificates))) {
    say(`this machine trusts it: ${store.folder}`);
    return 0;
  }
  return (await confirm("Make this machine trust it?")) ? trustExactly(name.stack, certificates) : 0;
}, USAGE);

/** Makes this machine trust these certificates of the stack, and no other ones of it. */
async function trustExactly(stack: string, certificates: readonly AuthorityCertificate[]): Promise<number> {
  const store = thisStore();
  const hindered = obstacle(store);
  if (store === undefined || hindered !== undefined) throw new Error(hindered);
  const change = await changeOf(store, stack, certificates);
  await apply(store, change);
  for (const { file } of change.write) say(`${store.folder}/${file}: added`);
  for (const file of change.remove) say(`${store.folder}/${file}: removed`);
  if (isNothing(change)) say("there was nothing to change");
  return 0;
}
