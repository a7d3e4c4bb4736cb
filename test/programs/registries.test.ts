import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { registryAnswers } from "../../bootstrap/images/registry.ts";
import { LOCAL_ENDPOINT } from "../../config/choices.ts";
import { parseConfig } from "../../config/config.ts";
import { ConfigError } from "../../config/problems.ts";
import { followed, hasImage } from "../../engine/images.ts";
import { type LoginSources, loginsFrom } from "../../engine/logins.ts";
import { examineImages, type ImageFindings } from "../../preflight/images.ts";
import { supplyImages } from "../../preflight/supply.ts";
import { machinesOf } from "../../topology/machines.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { type TestUser, testUser } from "../dockerConfig.ts";
import { docker, engine, engineMissing } from "../engine.ts";
import { startRegistry, type TestRegistry } from "../registry.ts";

const PASSWORD = "correct:horse/battery+staple?";
const REFRESH = "a/refresh+token";

for (const isToken of [false, true]) {
  describe(`the real engine and a private registry that wants ${isToken ? "tokens" : "passwords"}`, function () {
    this.timeout("1m");
    let registry: TestRegistry;
    let user: TestUser;
    let image: string;

    before(async function () {
      const reason = await engineMissing();
      if (reason !== undefined) {
        console.log(`      SKIPPED: ${reason}`);
        this.skip();
      }
      registry = await startRegistry({ bob: PASSWORD, "": REFRESH }, isToken);
      image = `${registry.host}/team/app:1.2.3`;
      const { stdout: archive } = await execa(
        "tar",
        ["--create", "--file", "-", "-C", import.meta.dirname, "registries.test.ts"],
        {
          encoding: "buffer",
        },
      );
      await execa("docker", ["import", "-", image], { input: archive });
      const authconfig = { username: "bob", password: PASSWORD, serveraddress: registry.host };
      await followed(engine, await engine.getImage(image).push({ authconfig }));
    });
    beforeEach(async () => {
      user = testUser();
      await docker("rmi", "--force", image);
      registry.users.length = 0;
    });
    afterEach(() => user.remove());
    after(async () => {
      if (registry === undefined) return;
      await execa("docker", ["rmi", "--force", image], { reject: false });
      await registry.close();
    });

    const examine = async (sources: LoginSources = {}): Promise<ImageFindings> => {
      const topology = planTopology(
        parseConfig("foobar", "dev", devConfig({ "foobar:images": { application: image } })),
      );
      const machines = machinesOf(topology).map((machine) => ({ ...machine, endpoint: LOCAL_ENDPOINT }));
      const [found] = await examineImages(
        topology,
        machines,
        loginsFrom({ env: user.env, home: user.home, ...sources }),
      );
      assert.ok(found);
      return found;
    };
    /** Pulls the image with a login; it is there afterwards. */
    const pulled = async (sources?: LoginSources) => {
      const { problems, supplies } = await examine(sources);
      assert.deepEqual(problems, []);
      await supplyImages(supplies, () => {});
      assert.ok(await hasImage(engine, image));
    };
    const refused = async (sources?: LoginSources) => {
      const { problems, supplies } = await examine(sources);
      assert.deepEqual([problems.length, supplies.length], [1, 0]);
      const { message } = new ConfigError("foobar", "dev", problems);
      assert.ok(![PASSWORD, REFRESH, "wrong-secret"].some((secret) => message.includes(secret)), message);
      return message;
    };
    const login = (password: string) => ({ auths: { [registry.host]: { auth: btoa(`bob:${password}`) } } });

    it("are refused without a login, with the registry and both cures", async () => {
      const message = await refused();
      const { host } = registry;
      assert.match(
        message,
        new RegExp(
          `images\\.application is ${image}, which the engine at \\S+ does not have and cannot pull: .*\\(${host} was asked without a login\\)`,
        ),
      );
      assert.match(message, new RegExp(`or docker login ${host}, as the user who runs npm run up`));
      assert.ok(
        message.includes(`pulumi config set --path 'foobar:registries["${host}"].username' USER --stack dev\n`),
      );
      assert.ok(
        message.includes(`pulumi config set --secret --path 'foobar:registries["${host}"].password' --stack dev`),
      );
      assert.deepEqual(registry.users, []);
    });

    it("answer the bootstrap, which then makes no stand-in", async () =>
      assert.equal(await registryAnswers(engine, image, 10_000), true));

    it("are refused with a wrong password, and the user and the place of the login are named", async () => {
      user.configure(login("wrong-secret"));
      assert.match(await refused(), /was asked as bob, by \/\S+\/config\.json\)/);
    });

    it("give the image after docker login", async () => {
      const options = { input: PASSWORD, env: user.env };
      await execa("docker", ["login", "--username", "bob", "--password-stdin", registry.host], options);
      registry.users.length = 0;
      await pulled();
      assert.ok(registry.users.every((name) => name === "bob") && registry.users.length > 0);
    });

    it("give the image by a credential helper whose passwords last for one use", async () => {
      user.configure({ credHelpers: { [registry.host]: "rotating" } });
      for (const password of ["first", "second"]) {
        registry.passwords.set("bob", password);
        user.helper("rotating", `printf '{"Username":"bob","Secret":"${password}"}'`);
        await pulled();
        await docker("rmi", "--force", image);
      }
      registry.passwords.set("bob", PASSWORD);
    });

    it("say that a helper is missing, where the registry refuses", async () => {
      user.configure({ credsStore: "gone" });
      assert.match(await refused(), /without a login, because docker-credential-gone is not in the PATH/);
    });

    it("give the image by the setting", async () => {
      user.configure(login("wrong-secret"));
      await pulled({ registries: { [registry.host]: { username: "bob", password: PASSWORD } } });
    });

    it("give the base of a build, which then needs no login with either builder", async () => {
      const built = `foobar-registries-${process.pid}:1`;
      writeFileSync(join(user.home, "Dockerfile"), `FROM ${image}\nLABEL of=test\n`);
      const build = async (version: "1" | "2") => {
        const context = { context: user.home, src: ["Dockerfile"] };
        await followed(engine, await engine.buildImage(context, { t: built, nocache: true, version }));
        await docker("rmi", "--force", built);
      };
      await assert.rejects(build("1"));
      await assert.rejects(build("2"));
      await pulled({ registries: { [registry.host]: { username: "bob", password: PASSWORD } } });
      await build("1");
      await build("2");
    });

    if (isToken) {
      it("give the image by a refresh token", async () => {
        user.configure({ auths: { [registry.host]: { identitytoken: REFRESH } } });
        await pulled();
        assert.deepEqual([...new Set(registry.users)], [""]);
      });
    }

    it("say that there is no such image, to somebody who may have it", async () => {
      const other = image.replace("1.2.3", "9.9.9");
      user.configure(login(PASSWORD));
      const topology = planTopology(
        parseConfig("foobar", "dev", devConfig({ "foobar:images": { application: other } })),
      );
      const machines = machinesOf(topology).map((machine) => ({ ...machine, endpoint: LOCAL_ENDPOINT }));
      const [found] = await examineImages(topology, machines, loginsFrom({ env: user.env, home: user.home }));
      assert.match(found?.problems[0]?.complaint ?? "", /cannot pull: /);
      assert.match(found?.problems[0]?.cure ?? "", /^correct the image's name, or/);
    });
  });
}
