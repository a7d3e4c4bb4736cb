import assert from "node:assert/strict";
import { stringify } from "yaml";
import { UNKNOWN } from "../../config/surroundings.ts";
import { configOf } from "../../operations/stack/configuration.ts";
import { passwordsInClear } from "../../preflight/keysInClear.ts";
import { refusedBy } from "../proposals.ts";

const SECRET = "hidden-5ecret";
const refused = (registries: unknown) => refusedBy({ "foobar:registries": registries }, UNKNOWN);
const login = { username: "bob", password: { secure: "v1:x" } };

describe("the setting of logins to registries", () => {
  it("takes hosts with ports and Docker Hub, and passwords that are encrypted", () => {
    for (const name of [
      "registry.foobar.com",
      "registry.foobar.com:5000",
      "localhost:5000",
      "localhost",
      "docker.io",
    ]) {
      assert.equal(refused({ [name]: login }), undefined, name);
    }
    const text = stringify({ config: { "foobar:registries": { "registry.foobar.com": login } } });
    assert.deepEqual(configOf("foobar", "dev", text).registries, { "registry.foobar.com": login });
  });

  it("refuses what no image's name begins with, and names the host that was meant", () => {
    for (const [name, allowed] of [
      ["https://registry.foobar.com/v2/", /such as registry\.foobar\.com or/],
      ["registry.foobar.com/team", /such as registry\.foobar\.com or/],
      ["foobar", /such as registry\.foobar\.com or/],
      ["bob@registry.foobar.com", /such as registry\.foobar\.com or/],
    ] as const) {
      const [problem] = refused({ [name]: login })?.problems ?? [];
      assert.deepEqual(problem?.path, ["registries", name]);
      assert.match(problem?.allowed ?? "", allowed);
    }
  });

  it("never shows what may be a password", () => {
    for (const registries of [
      SECRET,
      [SECRET],
      `{"registry.foobar.com": {"username": "bob", "password": "${SECRET}"`,
      `{"registry.foobar.com": ${SECRET}}`,
      { "registry.foobar.com": SECRET },
      { "registry.foobar.com": { username: "bob", password: [SECRET] } },
      { "registry.foobar.com": { username: "bob", passwd: SECRET } },
      { "registry.foobar.com": { username: "", password: SECRET } },
      { "registry.foobar.com": { password: SECRET } },
      { "https://registry.foobar.com": { username: "bob", password: SECRET } },
    ]) {
      const message = refused(registries)?.message ?? "";
      assert.match(message, /foobar:registries/, JSON.stringify(registries));
      assert.ok(!message.includes("hidden"), message);
    }
  });

  it("refuses a password in clear in the stack's file, as an object and as a JSON text", () => {
    const found = (registries: unknown) =>
      passwordsInClear(stringify({ config: { "foobar:registries": registries } }), { project: "foobar", stack: "dev" });
    const clear = { "registry.foobar.com:5000": { username: "bob", password: SECRET } };
    for (const registries of [clear, JSON.stringify(clear)]) {
      const [problem] = found(registries);
      assert.deepEqual(problem?.path, ["registries", "registry.foobar.com:5000", "password"]);
      assert.match(
        problem?.cure ?? "",
        /\n {4}set it: {4}pulumi config set --secret --path 'foobar:registries\["registry\.foobar\.com:5000"\]\.password' --stack dev$/,
      );
      assert.ok(!JSON.stringify(problem).includes(SECRET));
    }
    assert.deepEqual(found({ "registry.foobar.com": login }), []);
    assert.deepEqual(found({ secure: "v1:x" }), []);
  });
});
