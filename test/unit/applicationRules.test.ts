import assert from "node:assert/strict";
import { STACK_VARIABLES } from "../../config/applicationVariables.ts";
import { problems } from "../configProblems.ts";

/** The problems of an application with these settings, in one text. */
const found = (application: object, more: Record<string, unknown> = {}) =>
  problems({ "foobar:application": application, ...more }).join("\n");

const OWN = { image: "registry.foobar.com/shop:1" };
/** A reference to a variable in a text. */
const to = (variable: string) => `\${${variable}}`;

describe("the settings of an application", () => {
  it("name one kind of application", () => {
    assert.match(found({ build: "./app", files: "./app" }), /application\.files is set beside application\.build/);
    assert.match(found({ build: "./app", ...OWN }), /application\.image is set beside application\.build/);
    for (const one of [{ build: "./app" }, OWN, { ...OWN, files: "./app" }]) assert.equal(found(one), "");
  });

  it("name one image", () => {
    const images = (application: string) => ({ "foobar:images": { application } });
    assert.match(
      found(OWN, images("registry.foobar.com/other:1")),
      /images\.application .*\n.*registry\.foobar\.com\/shop:1/,
    );
    assert.equal(found(OWN, images(OWN.image)), "");
  });

  it("start the application in the folder, and not the sample", () => {
    const sample = /application\.command starts the sample application/;
    assert.match(found({ files: "./app" }), sample);
    assert.match(found({ files: "./app", command: ["node", "/app/server.cjs"] }), sample);
    for (const how of [{ command: ["node", "/app/index.js"] }, { entrypoint: ["/app/run"] }, OWN]) {
      assert.equal(found({ files: "./app", ...how }), "");
    }
  });

  it("give capabilities to root alone", () => {
    const capabilities = ["CHOWN"];
    assert.match(found({ ...OWN, capabilities, user: "1000:1000" }), /application\.user is .*1000:1000/);
    for (const user of ["root", "0", "0:0", undefined]) assert.equal(found({ ...OWN, capabilities, user }), "");
  });

  it("have a migration and processes for an application of one's own alone", () => {
    const more = { migrate: { command: ["migrate"] }, processes: { worker: { command: ["work"] } } };
    assert.match(
      found(more),
      /application\.migrate is set for the sample[\s\S]*application\.processes is set for the sample/,
    );
    assert.equal(found({ ...OWN, ...more }), "");
  });

  it("say of a name that is not allowed how names have to be", () => {
    assert.match(
      found({ ...OWN, environment: { "2BAD": "x" } }),
      /environment\.2BAD has a name that is not allowed\n +allowed: +the name of a variable: letters, digits/,
    );
  });

  it("know the kernel's capabilities, each once", () => {
    const user = "root";
    assert.match(
      found({ ...OWN, user, capabilities: ["NOPE"] }),
      /capabilities\[0\] is "NOPE"\n +allowed: +one of AUDIT/,
    );
    assert.match(found({ ...OWN, user, capabilities: ["CHOWN", "CHOWN"] }), /names each capability once/);
  });

  it("let no zero byte into arguments and variables, and never show a secret", () => {
    assert.match(
      found({ ...OWN, environment: { A: "x\0y" } }),
      /environment\.A is .*\n +allowed: +text without a zero byte/,
    );
    const binary = { secrets: { key: "hunter2\0" }, secretVariables: { KEY: "key" } };
    const said = found({ ...OWN, ...binary });
    assert.match(said, /secretVariables\.KEY is the secret key, which has a zero byte/);
    assert.doesNotMatch(said, /hunter2/);
    assert.equal(found({ ...OWN, secrets: binary.secrets }), "");
  });

  it("take empty arguments, and a program that is not empty", () => {
    assert.equal(found({ ...OWN, command: ["serve", "--prefix", ""] }), "");
    assert.match(found({ ...OWN, command: ["", "serve"] }), /of which the first is not empty/);
  });

  it("hide no folder of the system", () => {
    for (const path of ["/proc", "/sys/kernel", "/dev/shm", "/usr", "/etc"]) {
      assert.match(found({ ...OWN, writable: { [path]: 1 } }), /would hide a folder of the system/, path);
      assert.match(found({ ...OWN, storage: { data: { path } } }), /would hide a folder of the system/, path);
    }
    assert.equal(found({ ...OWN, writable: { "/usr/share/app": 1, "/etc/app": 1, "/run/app": 1 } }), "");
  });

  it("leave the stack's variables as they are", () => {
    assert.match(
      found({ ...OWN, environment: { DATABASE_HOST: "x" } }),
      /environment\.DATABASE_HOST is a variable that/,
    );
    assert.match(
      found({ ...OWN, secretVariables: { DATABASE_URL: "database-url" } }),
      /secretVariables\.DATABASE_URL is a variable that/,
    );
    assert.equal(found({ ...OWN, environment: { HOST: "0.0.0.0", MAIL: "x" } }), "");
  });

  it("set each variable once", () => {
    const given = { environment: { KEY: "x" }, secretVariables: { KEY: "database-password" } };
    assert.match(found({ ...OWN, ...given }), /environment\.KEY is set here, and in application\.secretVariables too/);
  });

  it("refer to variables that there are", () => {
    assert.match(
      found({ ...OWN, environment: { DB: `mysql:${to("DATABASE_URL")}` } }),
      /environment\.DB refers to \$\{DATABASE_URL\}[\s\S]*a secret by application\.secretVariables[\s\S]*mysql:\$\$\{DATABASE_URL\}/,
    );
    for (const variable of STACK_VARIABLES) {
      assert.equal(found({ ...OWN, environment: { DB: `x ${to(variable)} $$ $${to("other")}` } }), "", variable);
    }
  });

  it("have secrets of their own names, and variables of secrets that there are", () => {
    assert.match(found({ ...OWN, secrets: { "database-url": "x" } }), /secrets\.database-url is the name of a secret/);
    assert.match(
      found({ ...OWN, secretVariables: { KEY: "key" } }),
      /secretVariables\.KEY is .*key[\s\S]*database-password, database-url, database-read-url/,
    );
    assert.equal(found({ ...OWN, secretVariables: { DB_URL: "database-url" } }), "");
  });

  it("hide no folder behind another", () => {
    const uploads = { uploads: { path: "/srv/uploads" } };
    for (const path of ["/run", "/run/secrets", "/srv", "/srv/uploads"]) {
      assert.match(
        found({ ...OWN, storage: uploads, writable: { [path]: 1 } }),
        /application\.writable\S+ would hide/,
        path,
      );
    }
    assert.match(found({ ...OWN, files: "./app", writable: { "/app": 1 } }), /would hide application\.filesPath/);
    for (const path of ["/app", "/run/secrets"]) {
      const storage = { kept: { path } };
      assert.match(found({ ...OWN, files: "./app", storage }), /application\.storage\.kept\.path would hide/, path);
    }
    assert.equal(found({ ...OWN, storage: { kept: { path: "/app" } } }), "");
    assert.equal(
      found({ ...OWN, files: "./app", storage: uploads, writable: { "/app/tmp": 1, "/srv/uploads/tmp": 1 } }),
      "",
    );
  });

  it("give storages folders that do not lie in each other", () => {
    const storage = (one: string, other: string) =>
      found({ ...OWN, storage: { a: { path: one }, b: { path: other } } });
    for (const [one, other] of [
      ["/srv", "/srv"],
      ["/srv", "/srv/b"],
      ["/srv/a", "/srv"],
    ] as const) {
      assert.match(storage(one, other), /application\.storage\.[ab]\.path is [\s\S]*nor in it/, `${one} ${other}`);
    }
    assert.equal(storage("/srv/a", "/srv/ab"), "");
  });

  it("run a process either once or as replicas", () => {
    const worker = (settings: object) => found({ ...OWN, processes: { worker: { command: ["work"], ...settings } } });
    assert.match(worker({ only: "one", replicas: 2 }), /processes\.worker\.replicas is 2/);
    for (const settings of [{ only: "one" }, { replicas: 2 }]) assert.equal(worker(settings), "");
  });
});
