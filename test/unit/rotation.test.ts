import assert from "node:assert/strict";
import { behind, ending, parseAccounts } from "../../operations/database/accounts.ts";
import { planRotation, SECRETS, secretRows, secretsIn, secretsNamed } from "../../operations/rotation/secrets.ts";
import { generationProblems, withPresentGenerations } from "../../preflight/generations.ts";
import type { ClientAccount } from "../../topology/databasePlan.ts";
import { FIRST_AUTHORITY } from "../../topology/generations.ts";
import type { AuthorityPlan } from "../../topology/plan.ts";
import { secretName } from "../../topology/secrets.ts";
import { devConfig } from "../devConfig.ts";
import { deployConfig, ofType, services } from "../harness.ts";

const DATA = "10.201.3.0/24";
const REPLICATION = "10.201.4.0/24";
const accountHosts: Readonly<Record<ClientAccount, string>> = {
  application: DATA,
  router: DATA,
  replication: REPLICATION,
  steward: REPLICATION,
  backup: REPLICATION,
  monitoring: REPLICATION,
};

describe("the accounts that a database has", () => {
  const marks = new Map([
    ["root", "0"],
    ["application", "a2"],
    ["replication", "r1"],
  ]);
  const own = [
    ["application", DATA, "a2", "0"],
    ["replication", REPLICATION, "r1", "0"],
    ["router", DATA, "-", "0"],
  ];

  it("are settled if each has its present password alone, for the network of its clients alone", () => {
    const accounts = parseAccounts(own);
    assert.deepEqual(behind(accounts, { accountHosts }, marks), []);
    assert.deepEqual(ending(accounts, { accountHosts }), []);
  });

  it("are behind if they have another password, or are for another network, or are missing", () => {
    for (const rows of [[["application", DATA, "a1", "0"]], [["application", "%", "a2", "0"]], []]) {
      assert.deepEqual(behind(parseAccounts([...rows, ...own.slice(1)]), { accountHosts }, marks), ["application"]);
    }
  });

  it("lose the password before, and those of other networks are removed", () => {
    const accounts = parseAccounts([
      ...own.slice(1),
      ["application", DATA, "a2", "1"],
      ["application", "%", "-", "0"],
      ["router", "10.7.0.0/24", "-", "0"],
      ["replication", "%", "-", "0", "0", "1"],
      ["replication", "10.7.1.0/24", "r1", "0", "1", "1"],
      ["monitoring", "%", "-", "0"],
    ]);
    assert.deepEqual(ending(accounts, { accountHosts }), [
      `ALTER USER 'application'@'${DATA}' DISCARD OLD PASSWORD`,
      "DROP USER IF EXISTS 'application'@'%'",
      "DROP USER IF EXISTS 'router'@'10.7.0.0/24'",
      "ALTER USER 'replication'@'%' ACCOUNT LOCK",
    ]);
  });

  it("of other networks stay until there is one for the network of the clients", () => {
    assert.deepEqual(ending(parseAccounts([["application", "%", "-", "1"]]), { accountHosts }), []);
  });
});

/** A state's resource as the CLI exports it. */
const password = (name: string, result: unknown) => ({
  urn: `urn:pulumi:dev::foobar::foobar:index:MysqlCluster$random:index/randomPassword:RandomPassword::${name}`,
  type: "random:index/randomPassword:RandomPassword",
  created: "2026-11-20T12:00:00Z",
  outputs: { result },
});
const state = (...resources: readonly unknown[]) => secretsIn(JSON.stringify({ deployment: { resources } }));
/** The stack's own resource, with the generations that the last complete update applied. */
const applied = (secrets: Partial<typeof FIRST>) => ({
  urn: "urn:pulumi:dev::foobar::pulumi:pulumi:Stack::foobar-dev",
  type: "pulumi:pulumi:Stack",
  outputs: { generations: { secrets, authority: { signing: 1, trusted: [1] } }, url: "http://127.0.0.1" },
});
const FIRST = Object.fromEntries(SECRETS.map((name) => [name, 1])) as Record<(typeof SECRETS)[number], number>;
const PASSWORDS = SECRETS.map((name) => password(secretName(name), "x"));
const ALL = state(...PASSWORDS, applied(FIRST));

describe("a rotation", () => {
  it("reads secrets from the state, encrypted or not", () => {
    const secrets = state(
      password("mysql-root-password", { plaintext: '"a\\"b"', "4dabf18193072939515e22adb298388d": "secret" }),
      password("mysql-root-password-2", "plain"),
      { urn: "urn:pulumi:dev::foobar::docker:index/network:Network::edge", type: "docker:index/network:Network" },
    );
    assert.deepEqual(
      [...secrets.made].map(([name, { value }]) => [name, value]),
      [
        ["mysql-root-password", 'a"b'],
        ["mysql-root-password-2", "plain"],
      ],
    );
    assert.deepEqual([...secretsIn("{}").made], []);
  });

  it("knows its secrets, and proposes the nearest name for an unknown one", () => {
    assert.deepEqual(secretsNamed(["root", "application"]), { secrets: ["application", "root"], signed: undefined });
    assert.deepEqual(secretsNamed(["all"]), { secrets: SECRETS, signed: "authority" });
    assert.deepEqual(secretsNamed(["certificates"]), { secrets: [], signed: "certificates" });
    assert.throws(() => secretsNamed(["aplication"]), /no secret aplication; did you mean application\?/);
  });

  it("lists the generation and the age of each", () => {
    const rows = secretRows({ ...FIRST, backup: 2 }, ALL, new Date("2026-11-23T12:00:00Z"));
    assert.deepEqual(rows.slice(0, 1), [["application", "generation 1", "3 days ago"]]);
    assert.deepEqual(
      rows.filter(([name]) => name === "backup"),
      [["backup", "generation 2", "not made yet: npm run up makes it"]],
    );
  });

  it("raises what is asked for", () => {
    assert.deepEqual(planRotation(["application"], FIRST, ALL, []), { raised: ["application"], unfinished: [] });
  });

  describe("that was interrupted is finished, and nothing is raised again", () => {
    for (const name of SECRETS) {
      const second = { ...FIRST, [name]: 2 };
      const resource = password(`${secretName(name)}-2`, "y");
      const other = name === "root" ? "backup" : "root";
      const finished = { raised: [other], unfinished: [name] };

      it(`for ${name}, before its update, and in it`, () => {
        assert.deepEqual(planRotation([name, other], second, ALL, []), finished);
        const begun = state(...PASSWORDS, resource, applied(FIRST));
        assert.deepEqual(planRotation([name, other], second, begun, []), finished);
      });

      it(`for ${name}, and not after it`, () => {
        const complete = state(...PASSWORDS, resource, applied(second));
        assert.deepEqual(planRotation([name], second, complete, []), { raised: [name], unfinished: [] });
      });

      it(`for ${name} in a stack of an older version, as far as its state tells`, () => {
        assert.deepEqual(planRotation([name, other], second, state(...PASSWORDS), []), finished);
        assert.deepEqual(planRotation([name], second, state(...PASSWORDS, resource), []).raised, [name]);
      });
    }

    it("before the former passwords were ended", () => {
      const second = { ...FIRST, backup: 2, steward: 2 };
      const both = ["backup", "steward"].map((name) => password(`mysql-${name}-password-2`, "y"));
      assert.deepEqual(
        planRotation(["backup"], second, state(...PASSWORDS, ...both, applied(second)), ["backup", "steward"]),
        { raised: [], unfinished: ["steward", "backup"] },
      );
    });
  });

  it("raises the first password of an account that this version has not made yet", () => {
    assert.deepEqual(planRotation(["application"], FIRST, ALL, ["application", "steward"]), {
      raised: ["application"],
      unfinished: [],
    });
  });

  it("that is malformed is to be replaced by the present one", () => {
    const problem = (...path: string[]) => ({ path: ["secrets", ...path], allowed: "a number", example: "1" });
    const known = {
      passwords: ["mysql-application-password-2", "mysql-application-password-3"],
      generations: { secrets: {}, authority: { signing: 2, trusted: [2] } },
    };
    const given = [problem("application"), problem("root"), problem("authority", "generation"), problem("authority")];
    assert.deepEqual(
      withPresentGenerations([...given, problem()], known).map(({ example }) => example),
      ["3", "1", "2", "1", "1"],
    );
  });

  it("may neither be skipped nor taken back", () => {
    const problems = (application: number, passwords: readonly string[], last = 3) =>
      generationProblems(
        { secrets: { ...FIRST, application, authority: { generation: 1 } }, authority: FIRST_AUTHORITY },
        {
          passwords,
          generations: applied({ application: last }).outputs.generations,
          authority: FIRST_AUTHORITY,
        },
      ).map(({ complaint }) => complaint);
    const present = ["mysql-application-password-2", "mysql-application-password-3", "mysql-root-password"];
    for (const generation of [3, 4]) assert.deepEqual(problems(generation, present), []);
    for (const generation of [1, 2, 5]) {
      assert.deepEqual(problems(generation, present), [`is ${generation}, and the stack has generation 3`]);
    }
    assert.deepEqual(problems(7, []), []);
    assert.deepEqual(problems(4, present, 3), []);
    // The interrupted update may have given clients the new one.
    assert.deepEqual(problems(3, present, 2), []);
    for (const generation of [2, 4]) {
      assert.deepEqual(problems(generation, present, 2), [
        `is ${generation}, and the stack is on its way to generation 3`,
      ]);
    }
  });

  it("stays while an update replaces the databases of an older version", () => {
    const problems = (application: number) =>
      generationProblems(
        { secrets: { ...FIRST, application, authority: { generation: 1 } }, authority: FIRST_AUTHORITY },
        { passwords: ["mysql-application-password"], generations: undefined, authority: undefined },
      );
    assert.deepEqual(problems(1), []);
    assert.match(problems(2)[0]?.allowed ?? "", /^1: an older version made the stack/);
  });

  it("of the authority's key is changed in steps that all containers trust", () => {
    const problems = (signing: number, trusted: number[], authority: AuthorityPlan | undefined) =>
      generationProblems(
        { secrets: { ...FIRST, authority: { generation: signing } }, authority: { signing, trusted } },
        { passwords: ["mysql-root-password"], generations: undefined, authority },
      ).map(({ path, example }) => `${path.join(".")}: ${example}`);
    const steps: readonly AuthorityPlan[] = [
      { signing: 1, trusted: [1] },
      { signing: 1, trusted: [1, 2] },
      { signing: 2, trusted: [1, 2] },
      { signing: 2, trusted: [2] },
    ];
    for (const [at, { signing, trusted }] of steps.entries()) {
      for (const before of [steps[at - 1], steps[at]]) {
        if (before !== undefined) assert.deepEqual(problems(signing, [...trusted], before), []);
      }
    }
    const refused = ["secrets.authority.generation: 1"];
    assert.deepEqual(problems(2, [2], undefined), refused, "no container trusts it");
    assert.deepEqual(problems(2, [1, 2], { signing: 1, trusted: [1] }), refused, "no container trusts it");
    assert.deepEqual(problems(7, [7], { signing: 1, trusted: [1, 2] }), refused, "the present one is not trusted");
    assert.deepEqual(problems(1, [1], { signing: 2, trusted: [2] }), ["secrets.authority.generation: 2"]);
  });
});

describe("generations of a secret, against mocks", () => {
  const passwords = async (settings: Readonly<Record<string, unknown>>) => {
    const deployment = await deployConfig(devConfig(settings));
    return {
      deployment,
      made: ofType(deployment, "RandomPassword").map(({ name, options }) => `${name} ${options.protect === true}`),
    };
  };

  it("are resources of their own; the present one is protected, and the one before can be deleted", async () => {
    const { made } = await passwords({ "foobar:secrets": { application: 3, root: 2 } });
    const of = (part: string) => made.filter((text) => text.startsWith(part)).sort();
    assert.deepEqual(of("mysql-application"), [
      "mysql-application-password-2 false",
      "mysql-application-password-3 true",
    ]);
    assert.deepEqual(of("mysql-root"), ["mysql-root-password false", "mysql-root-password-2 true"]);
    assert.deepEqual(of("mysql-steward"), ["mysql-steward-password true"]);
  });

  it("of the backups' key are all kept, and the container has them", async () => {
    const { made, deployment } = await passwords({
      "foobar:secrets": { backupKey: 3 },
      "foobar:mysql": { backup: {} },
    });
    assert.deepEqual(made.filter((text) => text.startsWith("backup-key")).sort(), [
      "backup-key true",
      "backup-key-2 true",
      "backup-key-3 true",
    ]);
    const seed = ofType(deployment, "Container").find(({ name }) => name === "mysql-backup-secrets-v1");
    const uploads = JSON.stringify(seed?.inputs["uploads"]);
    assert.deepEqual(uploads.match(/\/run\/secrets\/backup-key[^"]*/g), [
      "/run/secrets/backup-key",
      "/run/secrets/backup-key-1",
      "/run/secrets/backup-key-2",
    ]);
    assert.ok(services(deployment).some(({ name }) => name === "mysql-backup"));
  });
});
