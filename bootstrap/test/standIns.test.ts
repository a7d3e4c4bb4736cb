import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { schema } from "../../config/schema.ts";
import { familiarName, parseReference, registryUrl } from "../../engine/reference.ts";
import { type FakeEngine, fakeEngine } from "../../test/fakeEngine.ts";
import { askEngine, DEFAULT_ENDPOINT, dockerAt } from "../engine/client.ts";
import { parseMirror } from "../images/base.ts";
import { buildImage, stepOf } from "../images/build.ts";
import { findImage, isOurs } from "../images/identity.ts";
import {
  filesOf,
  type ImageRefs,
  type ImageSetting,
  LABELS,
  mismatchOf,
  PROGRAM_OF,
  PROGRAMS,
  upstreamVersion,
  type Wanted,
} from "../images/stand-ins.ts";
import { chooseImageRoute, imagesStep } from "../images/step.ts";

const defaults = schema.shape.images.parse(undefined);

/** The agent has the application's image, as by default. */
const settings = ({ application = defaults.application, ...changed }: ImageRefs = {}): ImageRefs => ({
  ...defaults,
  ...{ application, agent: application },
  ...changed,
});

/** The needed image of a setting with a value. */
const wanted = (setting: ImageSetting, name: string): Wanted => ({
  program: PROGRAM_OF[setting],
  name,
  setting,
  usual: defaults[setting],
});

describe("image names", () => {
  it("get Docker's defaults", () => {
    const hub = { registry: "docker.io", digest: undefined };
    assert.deepEqual(parseReference("haproxy"), { ...hub, repository: "haproxy", tag: "latest" });
    assert.deepEqual(parseReference("haproxy:3.2.26"), { ...hub, repository: "haproxy", tag: "3.2.26" });
    assert.deepEqual(parseReference("docker.io/library/node:24"), { ...hub, repository: "node", tag: "24" });
    assert.deepEqual(parseReference("nginxinc/nginx-unprivileged:1"), {
      ...hub,
      repository: "nginxinc/nginx-unprivileged",
      tag: "1",
    });
  });

  it("distinguish a registry's port from a tag", () => {
    const local = parseReference("localhost:5000/app");
    assert.deepEqual([local.registry, local.repository, local.tag], ["localhost:5000", "app", "latest"]);
    assert.equal(registryUrl(local), "https://localhost:5000/v2/");
  });

  it("have no tag if only a digest names the image", () => {
    const pinned = parseReference("mysql@sha256:abc");
    assert.deepEqual([pinned.repository, pinned.tag, pinned.digest], ["mysql", undefined, "sha256:abc"]);
  });

  it("are the same in every spelling", () => {
    for (const spelling of [
      "haproxy:3.2",
      "library/haproxy:3.2",
      "docker.io/haproxy:3.2",
      "docker.io/library/haproxy:3.2",
    ])
      assert.equal(familiarName(spelling), "haproxy:3.2");
    assert.equal(familiarName("registry.example.com/team/app:1.2"), "registry.example.com/team/app:1.2");
    assert.equal(familiarName("docker.io/library/mysql:9@sha256:abc"), "mysql:9@sha256:abc");
  });
});

describe("the source of an image", () => {
  it("is the deployment's own pull if the registry answers", () => {
    assert.equal(chooseImageRoute(wanted("mysql", "my.registry/mysql:1"), true, "9.7.4"), "pull");
    assert.equal(chooseImageRoute(wanted("haproxy", "haproxy:3.2.26-typo"), true, "3.2.26"), "pull");
  });

  it("is a stand-in for the official name with its version, in every spelling", () => {
    const names: readonly (readonly [ImageSetting, string, string])[] = [
      ["haproxy", "haproxy:3.2.26", "3.2.26"],
      ["haproxy", "haproxy:3.2", "3.2.26"],
      ["namespace", "docker.io/library/haproxy:3.2.26", "3.2.26"],
      ["application", "node:24.22.2-slim", "24.22.2"],
      ["application", "node:24-slim", "24.22.2"],
      ["mysql", "mysql:9.7", "9.7.4"],
      ["prometheus", "prom/prometheus:v3.5.3", "3.5.3"],
      ["prometheus", "docker.io/prom/prometheus:v3.5", "3.5.3"],
      ["nginxExporter", "nginx/nginx-prometheus-exporter:1.5.1", "1.5.1"],
    ];
    for (const [setting, name, version] of names)
      assert.equal(chooseImageRoute(wanted(setting, name), false, version), "stand-in", name);
  });

  it("is a stand-in for a default image even if Debian has another version, with a warning", () => {
    assert.equal(chooseImageRoute(wanted("nginx", "nginx:1.30.6"), false, "1.30.7"), "stand-in");
    assert.match(
      mismatchOf(wanted("nginx", "nginx:1.30.6"), "1.30.7") ?? "",
      /^ATTENTION: .*1\.30\.7.*nginx:1\.30\.6$/,
    );
    assert.equal(mismatchOf(wanted("nginx", "nginx:1.30.6"), "1.30.6"), undefined);
    assert.equal(chooseImageRoute(wanted("nginx", "nginx:1.30.7"), false, "1.30.7"), "stand-in");
  });

  const refused: readonly (readonly [ImageSetting, string, string, RegExp])[] = [
    ["haproxy", "haproxy:3.2.26-typo", "3.2.26", /^haproxy:3\.2\.26-typo is another .*haproxy:3\.2\.26$/],
    ["haproxy", "haproxy:3.2.27", "3.2.26", /stand-in, which is haproxy:3\.2\.26$/],
    ["haproxy", "haproxy:3.2.2", "3.2.26", /stand-in, which is haproxy:3\.2\.26$/],
    ["haproxy", "haproxy:3.2.26-alpine", "3.2.26", /stand-in, which is haproxy:3\.2\.26$/],
    ["haproxy", "haproxy:lts", "3.2.26", /stand-in, which is haproxy:3\.2\.26$/],
    ["application", "node:24.22.2", "24.22.2", /stand-in, which is node:24\.22\.2-slim$/],
    ["application", "node:24.22.2-bookworm-slim", "24.22.2", /stand-in, which is node:24\.22\.2-slim$/],
    ["mysql", "mysql:8.4.10", "9.7.4", /stand-in, which is mysql:9\.7\.4$/],
    ["mysql", "mysql:9.7.4@sha256:abc", "9.7.4", /pinned to a digest/],
    ["nginx", "nginx@sha256:abc", "1.30.6", /pinned to a digest/],
    ["prometheus", "prom/prometheus:3.5.4", "3.5.3", /stand-in, which is prom\/prometheus:v3\.5\.3$/],
    ["prometheus", "prom/prometheus:v3.5.3-distroless", "3.5.3", /stand-in, which is prom\/prometheus:v3\.5\.3$/],
    [
      "nodeExporter",
      "quay.io/prometheus/node-exporter:v1.11.1",
      "1.11.1",
      /not the official prom\/node-exporter image/,
    ],
    ["mysql", "mysql/mysql-server:9.7.4", "9.7.4", /not the official mysql image/],
    ["application", "registry.example.com/team/app:1.2", "24.22.2", /not the official node image/],
    ["application", "registry.example.com/node:24.22.2-slim", "24.22.2", /not the official node image/],
    ["application", "nginx:1.30.6", "24.22.2", /not the official node image/],
  ];
  for (const [setting, name, version, reason] of refused) {
    it(`is none for ${name} as images.${setting} if no registry answers`, () => {
      const route = chooseImageRoute(wanted(setting, name), false, version);
      assert.match(typeof route === "object" ? route.refusal : route, reason);
    });
  }

  it("reads the program's version from that of Debian's package", () => {
    assert.equal(upstreamVersion("24.22.2+dfsg+~cs24.19.2-1"), "24.22.2");
    assert.equal(upstreamVersion("1:9.7.4-2"), "9.7.4");
  });
});

describe("stand-in sources", () => {
  it("take Debian's archive from apt, not its security archive or another vendor's", () => {
    const targets =
      "|http://a/x/|x\nDebian|http://b/debian-security/|Debian-Security\nDebian|http://b/debian/|Debian\n";
    assert.equal(parseMirror(targets), "http://b/debian/");
    assert.equal(parseMirror("Ubuntu|http://c/ubuntu/|Ubuntu"), undefined);
  });

  it("name no host in a Dockerfile, so that any mirror serves", async () => {
    for (const image of ["base", ...PROGRAMS] as const) {
      const text = await readFile(join(import.meta.dirname, "../images", image, "Dockerfile"), "utf8");
      assert.doesNotMatch(text, /https?:\/\//);
      assert.ok((await filesOf(image)).includes("Dockerfile"));
    }
  });

  it("report the steps that take time, in short", () => {
    assert.equal(stepOf("Step 3/9 : RUN apt-get update"), "step 3/9: apt-get update …");
    assert.equal(stepOf("Step 4/9 : COPY a b"), undefined);
  });
});

describe("an image that this program made", () => {
  const step = (CreatedBy: string) => ({ CreatedBy });
  const ours = [step("/bin/sh -c #(nop)  LABEL foobar.stand-in.version=3.2.26"), step('/bin/sh -c #(nop)  CMD ["x"]')];

  it("is recognised by its newest step, not by labels, which derived images inherit", () => {
    assert.equal(isOurs(ours), true);
    assert.equal(isOurs([step("LABEL foobar.stand-in.version=3.2.26")]), true);
    for (const newer of [
      "RUN /bin/sh -c npm ci # buildkit",
      "/bin/sh -c #(nop)  LABEL maintainer=me",
      "",
      "LABEL foobar.stand-instead=1",
    ])
      assert.equal(isOurs([step(newer), ...ours]), false, newer);
    assert.equal(isOurs([]), false);
  });
});

describe("the images step, on an engine of its own", () => {
  const label = (text: string) => `/bin/sh -c #(nop)  LABEL ${text}`;
  const base = { [LABELS.program]: "base", [LABELS.inputs]: "1" };
  const marks = (name: string) => ({ [LABELS.program]: "node", [LABELS.standsFor]: name, [LABELS.inputs]: "1" });
  const node = defaults.application;
  const others = [...new Set(Object.values(defaults))].filter((name) => name !== node);
  const theirs = others.map((name) => ({ id: `sha256:${name}`, name }));
  let engine: FakeEngine;
  let folder: string;
  let before: string | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "images-test-"));
    before = process.env["FOOBAR_CACHE_DIR"];
    process.env["FOOBAR_CACHE_DIR"] = folder;
  });

  afterEach(async () => {
    if (before === undefined) delete process.env["FOOBAR_CACHE_DIR"];
    else process.env["FOOBAR_CACHE_DIR"] = before;
    await rm(folder, { recursive: true });
    await engine.close();
  });

  it("builds nothing under a name that is not an official image's, and says so", async () => {
    engine = await fakeEngine(theirs);
    // Nothing listens there, so that the test does not depend on a registry.
    const step = imagesStep(settings({ application: "localhost:9/team/app:1.2" }), defaults, engine.endpoint);
    assert.equal(await step.find(), undefined);
    const said: string[] = [];
    const { summary } = await step.provide((line) => said.push(line));
    assert.equal(summary, "Images: not available: localhost:9/team/app:1.2");
    assert.match(said.join("\n"), /^images\.application: no registry answers .* not the official node image/);
  });

  it("keeps a stand-in under a name for which none would be made now, since a stack may run it, and shows its version", async () => {
    const name = "node:20.1.0-slim";
    const old = { ...marks(name), [LABELS.version]: "24.22.2" };
    engine = await fakeEngine([
      ...theirs,
      { id: "sha256:a", name, labels: old, steps: [label("foobar.stand-in.version=24.22.2")] },
    ]);
    const found = await imagesStep(settings({ application: name }), defaults, engine.endpoint).find();
    assert.match(found?.summary ?? "", /\(stand-ins: node:20\.1\.0-slim, which has 24\.22\.2\)$/);
  });

  it("treats an image under another name than its given one as the user's own", async () => {
    const steps = [label("foobar.stand-in.version=24.22.2")];
    engine = await fakeEngine([...theirs, { id: "sha256:a", name: "mine:1", labels: marks(node), steps }]);
    const found = await imagesStep(settings({ application: "mine:1" }), defaults, engine.endpoint).find();
    assert.match(found?.summary ?? "", /^Images in the engine: .*, mine:1, mysql:9\.7\.4, /);
  });

  it("removes its own images, and none that was built on them or named by somebody else", async () => {
    const finished = [label("foobar.stand-in.version=24.22.2")];
    const builtOn = ["RUN npm ci", ...finished];
    engine = await fakeEngine([
      { id: "sha256:base", name: "foobar/stand-in-base:1", labels: base, steps: [label("foobar.stand-in.inputs=1")] },
      { id: "sha256:broken", labels: base, steps: ["/bin/sh -c apt-get update"] },
      { id: "sha256:stand-in", name: node, labels: marks(node), steps: finished },
      { id: "sha256:rebuilt", labels: marks(node), steps: finished },
      { id: "sha256:named", name: "mine:1", labels: marks(node), steps: finished },
      { id: "sha256:derived", name: "mine:2", labels: marks(node), steps: builtOn },
      { id: "sha256:derived-nameless", labels: marks(node), steps: builtOn },
      { id: "sha256:derived-in-its-place", name: "node:24-slim", labels: marks("node:24-slim"), steps: builtOn },
    ]);
    await imagesStep(defaults, defaults, engine.endpoint).undo();
    assert.deepEqual(engine.removed, [node, "foobar/stand-in-base:1", "sha256:rebuilt", "sha256:broken"]);
  });
});

describe("an image that somebody built on a stand-in", function () {
  this.timeout(60_000);
  const docker = dockerAt(DEFAULT_ENDPOINT);
  const [repo, tag] = ["foobar-test-derived", `${process.pid}`];
  const name = `${repo}:${tag}`;
  let folder: string | undefined;

  before(async function () {
    const { version } = await askEngine(DEFAULT_ENDPOINT);
    const base = version === undefined ? undefined : await findImage(docker, defaults.application);
    if (base?.marks === undefined) {
      console.warn(`    NOT TESTED: there is no stand-in ${defaults.application} in an engine at ${DEFAULT_ENDPOINT}`);
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), "derived-"));
    await writeFile(join(folder, "Dockerfile"), `FROM ${defaults.application}\nENV MINE=1\n`);
    const id = await buildImage(docker, folder, ["Dockerfile"], {}, () => undefined, "none");
    await docker.getImage(id).tag({ repo, tag });
  });

  after(async () => {
    if (folder === undefined) return;
    await docker.getImage(name).remove({ force: true });
    await rm(folder, { recursive: true });
  });

  it("has the stand-in's labels, and is used unchanged", async () => {
    assert.deepEqual(await findImage(docker, name), { marks: undefined });
    const found = await imagesStep({ application: name }, defaults).find();
    assert.match(found?.summary ?? "nothing found", new RegExp(`^Images in the engine: .*${name}`));
    assert.doesNotMatch(found?.summary ?? "", new RegExp(`stand-ins: .*${name}`));
  });
});
