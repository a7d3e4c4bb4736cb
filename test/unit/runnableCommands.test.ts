import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  askedAbout,
  commandsFor,
  isMeantByDefault,
  runnable,
  runnableIn,
  STACK_COMMANDS,
} from "../../config/commands.ts";
import { UserError } from "../../config/userError.ts";
import { ROOT } from "../../operations/stack/project.ts";

describe("a printed command", () => {
  const prod = (text: string) => commandsFor(text, "prod");

  it("names the stack that was asked about, and keeps its own words and options", () => {
    const cases = {
      "cure: npm run up": "cure: npm run up -- --stack prod",
      "npm run up -- --refresh": "npm run up -- --stack prod --refresh",
      "failing: all (npm run backups)": "failing: all (npm run backups -- --stack prod)",
      "npm run database -- failover server2": "npm run database -- --stack prod failover server2",
      'eval "$(npm run --silent env)"': 'eval "$(npm run --silent env -- --stack prod)"',
      "npm run backup; npm run backups lists them":
        "npm run backup -- --stack prod; npm run backups -- --stack prod lists them",
      "pulumi config set --path 'foobar:mysql.primary' server2, then npm run up":
        "pulumi config set --stack prod --path 'foobar:mysql.primary' server2, then npm run up -- --stack prod",
    };
    for (const [given, wanted] of Object.entries(cases)) assert.equal(prod(given), wanted);
  });

  it("stays as it is where it names a stack, or takes none", () => {
    for (const text of [
      "npm run up -- --stack prod --diff",
      "npm run ca -- replace --step --stack prod",
      "set it: pulumi config set --path 'foobar:names' '[\"a;b\"]' --stack prod",
      "npm run settings, npm run check, npm test",
      "docker logs app-server1",
    ]) {
      assert.equal(prod(text), text);
    }
    assert.equal(prod(prod("npm run up, npm run down")), prod("npm run up, npm run down"));
  });

  it("is told apart from the next one, which names its own stack", () => {
    assert.equal(
      prod("npm run backup, then npm run up -- --stack prod"),
      "npm run backup -- --stack prod, then npm run up -- --stack prod",
    );
    assert.equal(
      prod("npm run down and npm run up -- --stack prod"),
      "npm run down -- --stack prod and npm run up -- --stack prod",
    );
  });

  it("names no stack only where that means this one in every shell", () => {
    const cases = [
      ["dev", undefined, true],
      ["dev", "", true],
      ["dev", "dev", true],
      ["dev", "prod", false],
      ["prod", undefined, false],
      ["prod", "prod", false],
    ] as const;
    for (const [stack, shell, expected] of cases) assert.equal(isMeantByDefault(stack, shell), expected);
  });

  it("is known for every command that takes a stack", () => {
    const folder = join(ROOT, "commands");
    const taking = readdirSync(folder).filter((file) =>
      /\b(?:commandLine|openSession)\(/.test(readFileSync(join(folder, file), "utf8")),
    );
    assert.deepEqual(taking.map((file) => file.replace(/\.ts$/, "")).sort(), [...STACK_COMMANDS].sort());
  });
});

describe("what a process was asked about", () => {
  afterEach(() => askedAbout("dev", undefined));

  it("is named in all that it prints, in values for programs and in errors of the update", () => {
    askedAbout("org/prod");
    assert.equal(runnable("npm run up"), "npm run up -- --stack org/prod");
    const at = new Date();
    assert.deepEqual(runnableIn({ at, places: [{ remedy: "npm run up", restarts: 1 }], none: undefined }), {
      at,
      places: [{ remedy: "npm run up -- --stack org/prod", restarts: 1 }],
      none: undefined,
    });
    assert.match(new UserError("refused\n    cure:      npm run up").message, /npm run up -- --stack org\/prod$/);
  });

  it("is not named where it is the default", () => {
    askedAbout("dev", undefined);
    assert.equal(runnable("npm run up"), "npm run up");
  });
});
