import assert from "node:assert/strict";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { list } from "tar";
import { applicationContent } from "../../components/appTier/applicationFolder.ts";
import { applicationFolderProblems } from "../../preflight/applicationFolder.ts";
import { type FolderContent, folderContent } from "../../releases/content.ts";
import { contextFolder, writeContext } from "../../releases/context.ts";
import { releaseFolder } from "../../releases/folder.ts";
import { keep } from "../../releases/store.ts";
import { plan } from "../topologies.ts";

describe("an application's folder", () => {
  let root: string;
  let folder: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "foobar-"));
    folder = join(root, "shop");
    mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
    mkdirSync(join(folder, "node_modules/tool"));
    mkdirSync(join(folder, "cache/empty"), { recursive: true });
    writeFileSync(join(folder, "node_modules/tool/cli.js"), "#!/usr/bin/env node\n", { mode: 0o755 });
    writeFileSync(join(folder, "index.js"), "1", { mode: 0o600 });
    symlinkSync("../tool/cli.js", join(folder, "node_modules/.bin/tool"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const program = (settings: object) =>
    plan({ "foobar:application": JSON.stringify({ command: ["node", "/app/index.js"], ...settings }) }).application;
  const found = () =>
    applicationFolderProblems(program({ files: folder }))
      .map(({ complaint, cure }) => `${complaint}\n${cure}`)
      .join("\n");
  const version = () => folderContent(folder).version;

  it("has files with execute bits, links and empty folders, which all count for its version", () => {
    const { files, links, empty } = folderContent(folder);
    assert.deepEqual(
      files.map(({ name, isExecutable }) => [name, isExecutable]),
      [
        ["index.js", false],
        ["node_modules/tool/cli.js", true],
      ],
    );
    assert.deepEqual(links, [{ name: "node_modules/.bin/tool", target: "../tool/cli.js" }]);
    assert.deepEqual(empty, ["cache/empty"]);

    const versions = [version()];
    chmodSync(join(folder, "index.js"), 0o700);
    versions.push(version());
    rmSync(join(folder, "node_modules/.bin/tool"));
    symlinkSync("../tool", join(folder, "node_modules/.bin/tool"));
    versions.push(version());
    rmSync(join(folder, "cache/empty"), { recursive: true });
    versions.push(version());
    assert.equal(new Set(versions).size, versions.length);
  });

  /** Keeps the folder as a release, in a home of its own. */
  const kept = () => {
    const home = join(root, "releases");
    const content: FolderContent = folderContent(folder);
    keep(folder, content, home);
    return { home, release: content.version, path: releaseFolder(content.version, home) };
  };

  it("is kept as it is, readable for every user of a container", () => {
    const { path } = kept();
    const mode = (name: string) => (lstatSync(join(path, name)).mode & 0o777).toString(8);
    assert.equal(mode("index.js"), "644");
    assert.equal(mode("node_modules/tool/cli.js"), "755");
    assert.equal(readlinkSync(join(path, "node_modules/.bin/tool")), "../tool/cli.js");
    assert.ok(lstatSync(join(path, "cache/empty")).isDirectory());
  });

  it("reaches a builder as one archive with modes, links and empty folders, which belong to root", () => {
    const { home, release } = kept();
    writeContext({ release, base: "node:24", path: "/app" }, "tag", home);
    const entries: string[] = [];
    list({
      sync: true,
      file: join(contextFolder(release, "tag", home), "files.tar"),
      onReadEntry: ({ path, type, mode = 0, uid, linkpath }) =>
        void entries.push([path, type, (mode & 0o111) === 0 ? "" : "x", uid ?? "", linkpath ?? ""].join(" ").trim()),
    });
    for (const text of [
      "node_modules/tool/cli.js File x",
      "index.js File",
      "node_modules/.bin/tool SymbolicLink",
      "cache/empty/ Directory x",
    ]) {
      assert.ok(
        entries.some((entry) => entry.replace("./", "").startsWith(text)),
        `${text}\n${entries.join("\n")}`,
      );
    }
    assert.ok(
      entries.every((entry) => !/ [1-9]\d*( |$)/.test(entry)),
      entries.join("\n"),
    );
  });

  it("may have links to folders within it, which are kept as links", () => {
    symlinkSync("../node_modules/tool", join(folder, "cache/tool"));
    assert.equal(found(), "");
    assert.equal(readlinkSync(join(kept().path, "cache/tool")), "../node_modules/tool");
    assert.ok(!folderContent(folder).files.some(({ name }) => name.startsWith("cache/")));
  });

  it("is refused with what an image cannot keep, by name", async () => {
    symlinkSync("/etc/passwd", join(folder, "absolute"));
    symlinkSync("../../outside", join(folder, "node_modules/outside"));
    writeFileSync(join(folder, "suid"), "x");
    chmodSync(join(folder, "suid"), 0o4755);
    const server = createServer().listen(join(folder, "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      const text = found();
      assert.match(text, /absolute \(a link out of the folder, to \/etc\/passwd\)/);
      assert.match(text, /node_modules\/outside \(a link out of the folder/);
      assert.match(text, /socket \(neither a file nor a folder\)/);
      assert.match(text, /suid \(a set-user-id or set-group-id bit/);
    } finally {
      server.close();
    }
  });

  it("is refused with a name that is not UTF-8", () => {
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9])]), "x");
    assert.match(found(), /its name is not UTF-8/);
  });

  it("names the first five of many, and how many more there are", () => {
    for (let number = 0; number < 7; number++) symlinkSync("/", join(folder, `link${number}`));
    assert.match(found(), /link0 .*link4 \(.*\), and 2 more\n/);
  });

  it("is missing, or empty, with a proposal", () => {
    for (const files of [join(root, "none"), join(folder, "cache/empty")]) {
      const [problem] = applicationFolderProblems(program({ files }));
      assert.equal(problem?.value, files);
      assert.match(problem?.allowed ?? "", /a folder with files/);
    }
  });

  it("needs a Dockerfile to be built, and leaves out what .dockerignore names", () => {
    const build = (more: object = {}) => program({ command: undefined, build: { folder, ...more } });
    const [problem] = applicationFolderProblems(build());
    assert.match(problem?.complaint ?? "", /has no Dockerfile/);
    assert.match(applicationFolderProblems(build({ dockerfile: "other" }))[0]?.complaint ?? "", /has no other/);

    writeFileSync(join(folder, "Dockerfile"), "FROM scratch\n");
    writeFileSync(join(folder, ".dockerignore"), "node_modules\n*\n!index.js\n");
    symlinkSync("/etc/passwd", join(folder, "node_modules/ignored"));
    assert.deepEqual(applicationFolderProblems(build()), []);
    assert.deepEqual(
      applicationContent(build(), folder).files.map(({ name }) => name),
      [".dockerignore", "Dockerfile", "index.js"],
    );
  });
});
