import assert from "node:assert/strict";
import { parseConfig, rawSettings } from "../../config/config.ts";
import { ConfigError } from "../../config/problems.ts";
import { schema } from "../../config/schema.ts";
import { UserError } from "../../config/userError.ts";
import { loginsFrom } from "../../engine/logins.ts";
import { examineImages, imagesOf } from "../../preflight/images.ts";
import { supplyImages, supplyText } from "../../preflight/supply.ts";
import { machinesOf, partOn } from "../../topology/machines.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { type FakeEngine, fakeEngine, type RegistryAnswer } from "../fakeEngine.ts";
import { threeMachines } from "../machines.ts";

const defaults = schema.shape.images.parse(undefined);
const nobody = loginsFrom({ env: {}, home: "/nonexistent" });
const plan = (images = {}) =>
  planTopology(
    parseConfig(
      "foobar",
      "dev",
      devConfig({
        "foobar:images": images,
        "foobar:monitoring": { enabled: true, grafana: true },
        "foobar:logs": { store: {} },
      }),
    ),
  );

/** Images that the engine has, whatever else is configured. */
const present = [...new Set(Object.values(defaults))].map((name, index) => ({ id: `sha256:${index}`, name }));

describe("preflight, of the images", () => {
  const engines: FakeEngine[] = [];
  const start = async (...args: Parameters<typeof fakeEngine>) => {
    const engine = await fakeEngine(...args);
    engines.push(engine);
    return engine;
  };
  afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())));

  /** What is found on engines: the first is the stack's, or this machine's for another engine. */
  const examined = (
    images: Readonly<Record<string, string>>,
    { endpoint }: FakeEngine,
    { answerMs = 5_000, local = "unix:///nonexistent", logins = nobody } = {},
  ) => {
    const topology = plan(images);
    const machines = machinesOf(topology).map((machine) => ({ ...machine, endpoint }));
    return examineImages(topology, machines, logins, { answerMs, local });
  };
  const missingImages = async (...args: Parameters<typeof examined>) =>
    (await examined(...args)).flatMap(({ problems }) => problems);
  const complaints = async (images: Readonly<Record<string, string>>, answer: RegistryAnswer, mirrors?: string[]) => {
    const endpoint = await start(present, { registry: () => answer, ...(mirrors && { mirrors }) });
    return missingImages(images, endpoint);
  };
  const silent = { status: 500, message: 'Get "https://registry-1.docker.io/v2/": no such host' };

  it("knows the image of every setting", () => {
    const names = Object.fromEntries(
      Object.keys(defaults).map((key) => [key, `registry.example.com/${key.toLowerCase()}:1`]),
    );
    assert.deepEqual(Object.fromEntries(imagesOf(plan(names)).map(({ path, name }) => [path.at(-1), name])), names);
  });

  it("knows which images a machine of several needs", () => {
    const topology = planTopology(
      parseConfig("foobar", "dev", rawSettings(threeMachines({ mysql: { replication: "async", arbiter: undefined } }))),
    );
    const needed = machinesOf(topology).map((machine) =>
      imagesOf(partOn(topology, machine)).map(({ path }) => path.at(-1)),
    );
    assert.deepEqual(needed, [
      // The controller of the databases is beside the load balancer.
      ["haproxy", "namespace", "agent"],
      ["nginx", "application", "router", "mysql", "agent"],
      ["nginx", "application", "router", "mysql", "agent"],
    ]);
  });

  it("finds no problem if the engine has all images, or can pull the missing ones", async () => {
    assert.deepEqual(await complaints({}, silent), []);
    assert.deepEqual(await complaints({ nginx: "nginx:1.31.0" }, { status: 200, message: "" }), []);
  });

  it("names every image that can neither be found nor pulled, with the key, the value, the reason and a cure", async () => {
    const problems = await complaints(
      { haproxy: "haproxy:3.2.26-typo", application: "registry.example.com/a:1" },
      silent,
    );
    const { message } = new ConfigError("foobar", "dev", problems);
    assert.equal(
      message.replaceAll(/unix:\S+/g, "ENDPOINT"),
      `2 problems in the configuration of stack dev; nothing was created or changed.
For pulumi in a shell that does not know the stack: eval "$(npm run --silent env -- --stack dev)"

  foobar:images.haproxy is haproxy:3.2.26-typo, which the engine at ENDPOINT does not have and cannot pull: Get "https://registry-1.docker.io/v2/": no such host
    allowed:   an image on an engine of the stack or on this machine's (docker pull, docker load, docker build), or one that its registry gives to your login
    cure:      correct the image's name, or give the engine the image

  foobar:images.application is registry.example.com/a:1, which the engine at ENDPOINT does not have and cannot pull: Get "https://registry-1.docker.io/v2/": no such host
    allowed:   an image on an engine of the stack or on this machine's (docker pull, docker load, docker build), or one that its registry gives to your login
    cure:      correct the image's name, or give the engine the image
`,
    );
  });

  it("does not wait forever for a registry that does not answer", async () => {
    const engine = await start(present, { registry: () => undefined });
    const [problem] = await missingImages({ nginx: "nginx:1.31.0" }, engine, { answerMs: 100 });
    assert.match(problem?.complaint ?? "", /cannot pull: its registry does not answer within 0\.1 s$/);
  });

  it("does not propose the default if the default is missing", async () => {
    const problems = await missingImages({}, await start([]));
    assert.equal(problems.length, Object.keys(defaults).length);
    assert.match(new ConfigError("foobar", "dev", problems).message, /\n {4}cure: {6}docker load, or /);
  });

  const typo = { haproxy: "haproxy:3.2.26-typo" };
  for (const answer of [
    { status: 404, message: "manifest unknown: manifest unknown" },
    { status: 403, message: "errors:\ndenied: requested access\nunauthorized: authentication required\n" },
    { status: 401, message: "unauthorized" },
  ]) {
    it(`believes a registry that says ${answer.status}, and not a mirror that may lack what the registry has`, async () => {
      const [problem] = await complaints(typo, answer);
      assert.match(
        problem?.complaint ?? "",
        /cannot pull: (manifest unknown|errors:; denied: .*; unauthor|unauthorized)/,
      );
      assert.deepEqual(await complaints(typo, answer, ["https://mirror.example.com/"]), []);
    });
  }

  for (const answer of [
    { status: 404, message: "page not found" },
    { status: 501, message: "not implemented" },
    { status: 500, message: "toomanyrequests: You have reached your pull rate limit." },
  ]) {
    it(`lets it be where the answer says nothing of the image: ${answer.message}`, async () =>
      assert.deepEqual(await complaints(typo, answer), []));
  }

  const own = { id: "sha256:own", name: "own/app:1.2.3" };
  const refusing = { registry: () => ({ status: 404, message: "manifest unknown" }) };

  it("copies an image that no registry gives from an engine that has it", async () => {
    const [there, here] = [await start(present, refusing), await start([own])];
    const [found] = await examined({ application: own.name }, there, { local: here.endpoint });
    assert.deepEqual(found?.problems, []);
    assert.deepEqual(found?.supplies.map(supplyText), [
      `own/app:1.2.3 is copied from ${here.endpoint} to the engine at ${there.endpoint}`,
    ]);
    await supplyImages(found?.supplies ?? [], () => {});
    assert.deepEqual(there.loaded, [own.name]);
  });

  it("copies an image where the engine cannot tell, and pulls it where no other engine has it", async () => {
    const there = await start(present, { ...refusing, mirrors: ["https://mirror.example.com/"] });
    const here = await start([own]);
    const route = async (local?: string) => {
      const [found] = await examined({ application: own.name }, there, local === undefined ? {} : { local });
      return found?.supplies.map((supply) => supply.route.kind);
    };
    assert.deepEqual(await route(here.endpoint), ["copy"]);
    assert.deepEqual(await route(), ["pull"]);
  });

  it("copies no image for other processors, and none by its digest, and says who has it", async () => {
    const pinned = `own/app:1.2.3@sha256:${"0".repeat(64)}`;
    const there = await start(present, refusing);
    const here = await start([
      { ...own, architecture: "arm64" },
      { id: "sha256:pinned", name: pinned },
    ]);
    const reason = async (application: string) =>
      (await missingImages({ application }, there, { local: here.endpoint }))[0]?.complaint ?? "";
    assert.match(await reason(own.name), /manifest unknown; the one at \S+ has it for arm64, and this one is amd64$/);
    assert.match(
      await reason(pinned),
      /manifest unknown; the one at \S+ has it, and only a registry gives an image by/,
    );
  });

  it("says which image could not be pulled although its registry has it, before anything is created", async () => {
    const engine = await start(present, { registry: () => ({ status: 200, message: "" }) });
    const logins = loginsFrom({
      registries: { "r.example": { username: "bob", password: "hidden" } },
      env: {},
      home: "/",
    });
    const [found] = await examined({ nginx: "r.example/nginx:1.31.0" }, engine, { logins });
    const said: string[] = [];
    await assert.rejects(
      supplyImages(found?.supplies ?? [], (line) => said.push(line)),
      (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.match(
          error.message,
          /^r\.example\/nginx:1\.31\.0 cannot be pulled by the engine at unix:\S+, logged in as bob, by the setting registries\["r\.example"\]: No such image: create\n {4}cure: .*\n {4}nothing was created or changed$/,
        );
        return !error.message.includes("hidden");
      },
    );
    assert.deepEqual(said, [`the engine at ${engine.endpoint} pulls r.example/nginx:1.31.0`]);
  });
});
