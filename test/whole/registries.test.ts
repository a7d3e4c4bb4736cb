import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { schema } from "../../config/schema.ts";
import { followed } from "../../engine/images.ts";
import { type TestUser, testUser } from "../dockerConfig.ts";
import { docker, engine } from "../engine.ts";
import { UNSEEN } from "../project.ts";
import { startRegistry, type TestRegistry } from "../registry.ts";
import { describeProject, notDrifted, succeed, unchanged, up } from "../site.ts";

const { application } = schema.shape.images.parse(undefined);
const TAGS = ["1.0.0", "2.0.0"];
const PASSWORD = "s3cret+of/the:registry";

let registry: TestRegistry;
let user: TestUser;
const former = { ...process.env };

// A test project takes its environment when it is made.
before(async () => {
  registry = await startRegistry({ bob: PASSWORD });
  user = testUser();
  Object.assign(process.env, user.env);
});
after(async () => {
  process.env["PATH"] = former["PATH"];
  if (former["DOCKER_CONFIG"] === undefined) delete process.env["DOCKER_CONFIG"];
  else process.env["DOCKER_CONFIG"] = former["DOCKER_CONFIG"];
  user.remove();
  await registry.close();
});

describeProject("a stack with an image of a private registry", (project) => {
  before(async () => {
    for (const tag of TAGS) await push(tag);
  });
  after(async () => {
    for (const tag of TAGS) await execa("docker", ["rmi", "--force", image(tag)], { reject: false });
  });

  const image = (tag: string) => `${registry.host}/team/app:${tag}`;
  const key = (part: string) => `foobar:registries["${registry.host}"].${part}`;
  /** Builds an image, and leaves it to the registry alone. */
  const push = async (tag: string) => {
    await execa("docker", ["build", "--quiet", "--tag", image(tag), "-"], {
      input: `FROM ${application}\nENV TAG=${tag}\n`,
    });
    const authconfig = { username: "bob", password: PASSWORD, serveraddress: registry.host };
    await followed(engine, await engine.getImage(image(tag)).push({ authconfig }));
    await docker("rmi", "--force", image(tag));
  };
  /** The number of containers that run the image. */
  const runs = async (tag: string) => {
    const { containers } = await project().inventory();
    const about = await Promise.all(
      containers.map(({ id }) => docker("inspect", "--format", "{{.State.Running}} {{.Config.Env}}", id)),
    );
    return about.filter((text) => text.startsWith("true") && text.includes(`TAG=${tag}`)).length;
  };
  /** The state with everything that is secret in it. */
  const state = async () => (await project().pulumi(["stack", "export", "--show-secrets"])).stdout;

  it("is refused without a login, before anything is created", async () => {
    await project().configure({ "foobar:images": { application: image("1.0.0") } });
    const { exitCode, output } = await project().npm("up", UNSEEN);
    assert.notEqual(exitCode, 0);
    assert.match(output, /was asked without a login\)/);
    assert.deepEqual(await project().inventory(), { containers: [], networks: [], volumes: [] });
  });

  it("is refused with a password in clear in its file", async () => {
    const restore = await project().configure({
      "foobar:registries": { [registry.host]: { username: "bob", password: PASSWORD } },
    });
    const { exitCode, output } = await project().npm("up", UNSEEN);
    await restore();
    assert.notEqual(exitCode, 0);
    assert.match(output, /registries\["[\d.:]+"\]\.password is in clear in the stack's file/);
    assert.ok(!output.includes(PASSWORD), output);
  });

  it("comes up with the login of its settings, which the state does not have", async () => {
    for (const args of [
      [key("username"), "bob"],
      ["--secret", key("password"), PASSWORD],
    ]) {
      const { exitCode, output } = await project().pulumi(["config", "set", "--path", ...args]);
      assert.equal(exitCode, 0, output);
    }
    assert.match(await succeed(project(), "hosts", "check"), /it has the stack's images, or an up gives them to it/);
    const output = await up(project());
    assert.match(output, new RegExp(`pulls ${image("1.0.0")}`));
    assert.equal(await runs("1.0.0"), 2);
    assert.ok(![output, await state()].some((text) => text.includes(PASSWORD)));
    await unchanged(project());
    await notDrifted(project());
  });

  it("changes its image with the login of a credential helper, and nothing when the token is another one", async () => {
    for (const part of ["password", "username"]) await project().pulumi(["config", "rm", "--path", key(part)]);
    await project().pulumi(["config", "rm", "foobar:registries"]);
    const token = join(user.home, "token");
    user.helper("short", `printf '{"Username":"bob","Secret":"%s"}' "$(cat ${token})"`);
    user.configure({ credHelpers: { [registry.host]: "short" } });
    const rotate = (text: string) => {
      registry.passwords.set("bob", text);
      writeFileSync(token, text);
    };
    rotate("token-of-the-first-hour");
    await project().configure({ "foobar:images": { application: image("2.0.0") } });
    await up(project());
    assert.equal(await runs("2.0.0"), 2);
    rotate("token-of-the-second-hour");
    await unchanged(project());
    await notDrifted(project());
    assert.doesNotMatch(await state(), /token-of-the/);
  });

  it("goes away", () => succeed(project(), "down", "--yes"));
});
