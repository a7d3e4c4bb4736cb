import assert from "node:assert/strict";
import { askHelper } from "../../engine/credentialHelper.ts";
import { loginPlaces } from "../../engine/dockerLogins.ts";
import { type LoginSources, loginsFrom } from "../../engine/logins.ts";
import { type TestUser, testUser } from "../dockerConfig.ts";

const encoded = (text: string) => ({ auth: Buffer.from(text).toString("base64") });
const HUB = "https://index.docker.io/v1/";

describe("the logins to registries", () => {
  let user: TestUser;
  beforeEach(() => {
    user = testUser();
  });
  afterEach(() => user.remove());

  const found = (image: string, sources: LoginSources = {}) =>
    loginsFrom({ env: user.env, home: user.home, ...sources })(image);
  const auth = async (image: string, sources?: LoginSources) => (await found(image, sources)).login?.auth;

  it("are those of docker login, by the registry that an image's name begins with", async () => {
    user.configure({
      auths: {
        [HUB]: encoded("hub:h"),
        "registry.foobar.com": encoded("bob:a:b"),
        "registry.foobar.com:5000": encoded("ann:c\0\0"),
        "https://old.example/v2/": { username: "old", password: "o" },
      },
    });
    const login = (username: string, password: string, serveraddress: string) => ({
      username,
      password,
      serveraddress,
    });
    assert.deepEqual(await auth("registry.foobar.com/a:1"), login("bob", "a:b", "registry.foobar.com"));
    assert.deepEqual(await auth("registry.foobar.com:5000/a/b:1"), login("ann", "c", "registry.foobar.com:5000"));
    assert.deepEqual(await auth("old.example/a:1"), login("old", "o", "https://old.example/v2/"));
    for (const name of ["nginx:1.30.6", "docker.io/team/app:1", "index.docker.io/team/app:1"]) {
      assert.deepEqual(await auth(name), login("hub", "h", HUB), name);
    }
    for (const key of ["index.docker.io", "https://index.docker.io/v1", "docker.io"]) {
      const [place] = loginPlaces({ auths: { [key]: encoded("hub:h") } }, "docker.io");
      assert.deepEqual(place, { kind: "login", auth: login("hub", "h", key) });
    }
    assert.deepEqual(await found("other.example/a:1"), {});
    assert.match((await found("registry.foobar.com/a:1")).login?.who ?? "", /^as bob, by \/.*\/config\.json$/);
  });

  it("are nobody's without a configuration, and with one that says nothing", async () => {
    assert.deepEqual(await found("nginx:1.30.6"), {});
    for (const config of [{}, { auths: {} }, { auths: { [HUB]: {} } }, { credsStore: "" }, [], { auths: null }]) {
      user.configure(config);
      assert.deepEqual(await found("nginx:1.30.6"), {}, JSON.stringify(config));
    }
  });

  it("may be tokens", async () => {
    user.configure({
      auths: { "a.example": { ...encoded("x:y"), identitytoken: "t" }, "b.example": { registrytoken: "r" } },
    });
    assert.deepEqual(await auth("a.example/x:1"), { identitytoken: "t", serveraddress: "a.example" });
    assert.deepEqual(await auth("b.example/x:1"), { registrytoken: "r", serveraddress: "b.example" });
    assert.match((await found("a.example/x:1")).login?.who ?? "", /^with the token of /);
  });

  it("are asked for at the registry's own helper, then at that of all, with the key of Docker", async () => {
    user.configure({ credsStore: "all", credHelpers: { "own.example": "own" }, auths: { "own.example": {} } });
    for (const name of ["all", "own"]) {
      user.helper(name, `printf '{"ServerURL":"%s","Username":"${name}","Secret":"for %s"}' "$registry" "$registry"`);
    }
    assert.deepEqual(await auth("own.example/a:1"), {
      ...{ username: "own", password: "for own.example", serveraddress: "own.example" },
    });
    assert.equal((await auth("nginx:1.30.6"))?.password, `for ${HUB}`);
    assert.equal((await found("own.example/a:1")).login?.who, "as own, by docker-credential-own");
  });

  it("are asked for once for each registry", async () => {
    user.configure({ credsStore: "counting" });
    user.helper(
      "counting",
      `echo . >>${user.home}/asked\nprintf '{"Username":"u","Secret":"%s"}' "$(wc -l <${user.home}/asked)"`,
    );
    const logins = loginsFrom({ env: user.env, home: user.home });
    const secrets = await Promise.all(
      ["a.example/x:1", "a.example/y:1"].map(async (name) => (await logins(name)).login),
    );
    assert.deepEqual(
      secrets.map((login) => login?.auth.password),
      ["1", "1"],
    );
  });

  it("are tokens where a helper says so, and none where it knows none", async () => {
    user.configure({ credHelpers: { "a.example": "token", "b.example": "empty" } });
    user.helper("token", `echo '{"Username":"<token>","Secret":"t"}'`);
    user.helper("empty", "echo 'credentials not found in native keychain'; exit 1");
    assert.deepEqual(await auth("a.example/x:1"), { identitytoken: "t", serveraddress: "a.example" });
    assert.deepEqual(await found("b.example/x:1"), {});
  });

  it("say what is wrong with a helper, and never show a secret", async () => {
    const failure = async (script?: string, answerMs?: number) => {
      if (script !== undefined) user.helper("x", script);
      const answer = await askHelper("x", "a.example", user.env, answerMs);
      assert.ok(answer !== undefined && "failure" in answer);
      return answer.failure;
    };
    assert.equal(await failure(), "docker-credential-x is not in the PATH");
    assert.equal(
      await failure("echo 'no session:' >&2; echo 'log in first' >&2; exit 1"),
      "docker-credential-x fails: no session: log in first",
    );
    assert.equal(await failure("exit 3"), "docker-credential-x fails");
    assert.equal(await failure(`echo '{"Username":"u","Secret":"hidden"}'; exit 1`), "docker-credential-x fails");
    assert.equal(await failure("echo hidden"), "docker-credential-x does not answer with a login");
    assert.equal(await failure("exec sleep 30", 100), "docker-credential-x does not answer within 0.1 s");
    user.configure({ credsStore: "gone" });
    assert.match(
      (await found("nginx:1.30.6")).failure ?? "",
      /^docker-credential-gone is not in the PATH \(it is named in \/.*config\.json\)$/,
    );
  });

  it("say what is malformed", async () => {
    user.configure("{");
    assert.match((await found("nginx:1.30.6")).failure ?? "", /config\.json is no valid JSON$/);
    user.configure({ auths: { "a.example": { auth: "aGlkZGVu" } } });
    const { failure = "" } = await found("a.example/x:1");
    assert.match(failure, /^the login for a\.example in .* is malformed$/);
    assert.doesNotMatch(failure, /hidden|aGlkZGVu/);
  });

  it("come first from the settings, then from DOCKER_AUTH_CONFIG", async () => {
    user.configure({
      auths: { "a.example": encoded("file:f"), "b.example": encoded("file:f"), [HUB]: encoded("file:f") },
    });
    const env = { ...user.env, DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { "b.example": encoded("env:e") } }) };
    const registries = {
      "a.example": { username: "set", password: "s" },
      "docker.io": { username: "hub", password: "h" },
    };
    const name = async (image: string) => (await auth(image, { env, registries }))?.username;
    assert.deepEqual(await Promise.all(["a.example/x:1", "b.example/x:1", "nginx:1.30.6"].map(name)), [
      "set",
      "env",
      "hub",
    ]);
    assert.equal(
      (await found("a.example/x:1", { registries })).login?.who,
      'as set, by the setting registries["a.example"]',
    );
  });

  it("of the settings are decrypted when they are needed, and no other login is used in their place", async () => {
    user.configure({ auths: { "a.example": encoded("file:f") } });
    const registries = { "a.example": { username: "set", password: { secure: "v1:x" } } };
    const decrypt = async (registry: string) => `of ${registry}`;
    assert.equal((await auth("a.example/x:1", { registries, decrypt }))?.password, "of a.example");
    assert.deepEqual(await found("a.example/x:1", { registries }), {
      failure: 'the password in the setting registries["a.example"] is encrypted',
    });
  });

  it("of a registry are never those of another one", () => {
    const config = { auths: { "registry.foobar.com": encoded("bob:b"), "foobar.com": encoded("ann:a") } };
    for (const registry of [
      "registry.foobar.com.evil.example",
      "oobar.com",
      "registry.foobar.com:443",
      "com",
      "docker.io",
    ]) {
      assert.deepEqual(loginPlaces(config, registry), [], registry);
    }
  });
});
