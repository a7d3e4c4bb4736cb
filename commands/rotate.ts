import { renewCertificates, replaceAuthority } from "../operations/rotation/authority.ts";
import { rotate, stateOf } from "../operations/rotation/rotate.ts";
import { secretRows, secretsNamed } from "../operations/rotation/secrets.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { confirm } from "../operations/session/confirm.ts";
import { prepareMachine } from "../operations/session/machine.ts";
import { optionsOf } from "../operations/session/options.ts";
import { main, print, say } from "../operations/session/terminal.ts";
import { readStack } from "../operations/stack/stack.ts";
import { table } from "../releases/table.ts";

const USAGE = `npm run rotate                    shows the secrets, their generations and ages
npm run rotate -- NAME … | all    replaces secrets while the site serves; what was interrupted is finished
                                  Further names: certificates (with their present authority), authority (its key, and
                                  all certificates), as npm run ca does

  --stack NAME     default: dev
  --yes            do not ask`;

/** Exit code: 0 if the secrets are replaced, and the ones before are refused. */
await main(async () => {
  const { stack, reference, rest } = commandLine(process.argv.slice(2));
  const { values, positionals } = optionsOf("rotate", {
    args: [...rest],
    options: { yes: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const asked = secretsNamed(positionals);
  const { secrets, signed } = asked;
  const session = { stack, reference, ...(await prepareMachine(stack)), rest: ["--yes", "--skip-preview"] };
  const { config } = await readStack(stack);
  if (positionals.length === 0) {
    const rows = secretRows(config.secrets, await stateOf(session), new Date());
    for (const line of table(rows)) print(line);
    return 0;
  }

  if (
    !values.yes &&
    !(await confirm(`Rotate ${[...secrets, ...(signed === undefined ? [] : [signed])].join(", ")}?`))
  ) {
    say("nothing was done; --yes does it without a question");
    return 1;
  }
  const quiet = { ...session, rest: [] };
  if (secrets.length === 0) return signed === "authority" ? replaceAuthority(quiet) : renewCertificates(quiet);
  const exitCode = await rotate(session, asked);
  return exitCode === 0 && signed === "certificates" ? renewCertificates(quiet) : exitCode;
}, USAGE);
