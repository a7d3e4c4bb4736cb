import { renewCertificates, replaceAuthority } from "../operations/rotation/authority.ts";
import { confirm } from "../operations/session/confirm.ts";
import { optionsOf } from "../operations/session/options.ts";
import { openSession } from "../operations/session/pulumi.ts";
import { main, say, sayUsage } from "../operations/session/terminal.ts";

const USAGE = `npm run ca -- replace    replaces the key of the stack's certificate authority, and every certificate
npm run ca -- renew      renews every certificate, the authority's own included, with the present keys

  --stack NAME     default: dev
  --step           replace: make the next of its three steps only
  --yes            do not ask

Both are rolled out server by server, without a failed request. An interrupted change goes on with the same command.`;

await main(async () => {
  const { rest, ...session } = await openSession(process.argv.slice(2));
  const { values, positionals } = optionsOf("ca", {
    args: [...rest],
    options: { step: { type: "boolean", default: false }, yes: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [word, ...more] = positionals;
  if (more.length > 0 || !(word === "replace" || (word === "renew" && !values.step))) {
    sayUsage(USAGE);
    return 2;
  }
  const question =
    word === "renew" ? "Renew every certificate?" : "Replace the authority's key? Each step updates the whole stack.";
  if (!values.yes && !(await confirm(question))) {
    say("nothing was changed; --yes does it without a question");
    return 1;
  }
  const quiet = { ...session, rest: [] };
  return word === "renew" ? renewCertificates(quiet) : replaceAuthority(quiet, { oneStep: values.step });
}, USAGE);
