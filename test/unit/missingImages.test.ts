import assert from "node:assert/strict";
import { parseConfig, rawSettings } from "../../config/config.ts";
import { ConfigError } from "../../config/problems.ts";
import { schema } from "../../config/schema.ts";
import { imagesOf, missingImages } from "../../preflight/images.ts";
import { machinesOf, partOn } from "../../topology/machines.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { type FakeEngine, fakeEngine, type RegistryAnswer } from "../fakeEngine.ts";
import { threeMachines } from "../machines.ts";

const defaults = schema.shape.images.parse(undefined);
const plan = (images = {}) => planTopology(parseConfig("foobar", "dev", devConfig({ "foobar:images": images })));

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

  const complaints = async (images: Readonly<Record<string, string>>, answer: RegistryAnswer, mirrors?: string[]) => {
    const endpoint = await start(present, { registry: () => answer, ...(mirrors && { mirrors }) });
    return missingImages(plan(images), endpoint);
  };
  const silent = { status: 500, message: 'Get "https://registry-1.docker.io/v2/": no such host' };

  it("knows the image of every setting", () => {
    const names = Object.fromEntries(Object.keys(defaults).map((key) => [key, `registry.example.com/${key}:1`]));
    assert.deepEqual(Object.fromEntries(imagesOf(plan(names)).map(({ key, name }) => [key, name])), names);
  });

  it("knows which images a machine of several needs", () => {
    const topology = planTopology(
      parseConfig("foobar", "dev", rawSettings(threeMachines({ mysql: { replication: "async", arbiter: undefined } }))),
    );
    const needed = machinesOf(topology).map((machine) => imagesOf(partOn(topology, machine)).map(({ key }) => key));
    assert.deepEqual(needed, [
      // The controller of the databases is beside the load balancer.
      ["haproxy", "namespace", "mysql"],
      ["nginx", "application", "router", "mysql"],
      ["nginx", "application", "router", "mysql"],
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
    allowed:   an image on the engine (docker pull, docker load, docker build), or one that its registry provides without a login
    cure:      correct the image's name, or give the engine the image

  foobar:images.application is registry.example.com/a:1, which the engine at ENDPOINT does not have and cannot pull: Get "https://registry-1.docker.io/v2/": no such host
    allowed:   an image on the engine (docker pull, docker load, docker build), or one that its registry provides without a login
    cure:      correct the image's name, or give the engine the image
`,
    );
  });

  it("does not wait forever for a registry that does not answer", async () => {
    const [problem] = await missingImages(
      plan({ nginx: "nginx:1.31.0" }),
      await start(present, { registry: () => undefined }),
      100,
    );
    assert.match(problem?.complaint ?? "", /cannot pull: its registry does not answer within 0\.1 s$/);
  });

  it("does not propose the default if the default is missing", async () => {
    const problems = await missingImages(plan(), await start([]));
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
});
