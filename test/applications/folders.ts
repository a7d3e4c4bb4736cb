import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseConfig } from "../../config/config.ts";
import type { TestProject } from "../project.ts";
import { measured, seconds, succeed, unchanged, up } from "../site.ts";
import { skipAfterFailure } from "../steps.ts";

const FILES = 5_000;
const FILE_BYTES = 40_000;
/** The most by which the state may grow with a folder of any size. */
const STATE_BYTES = 20_000;

const IMAGE = parseConfig("foobar", "dev", {}).images.application;

const SERVER = `
require("node:http").createServer((_, response) => response.end("served")).listen(process.env.PORT, process.env.HOST);
`;

/** A folder as package managers leave it, and what its container has then: kind, mode, path and the end of a link. */
const KEPT = [
  "d 755 cache/empty",
  "f 644 index.js",
  "l 777 node_modules/.bin/tool ../tool/cli",
  "f 755 node_modules/tool/cli",
];

/** Describes what happens to a folder with an application on its way to the containers. */
export function describeFolders(project: () => TestProject): void {
  describe("a folder with an application", () => {
    skipAfterFailure();
    const folder = () => join(project().folder, "packed");
    const stateBytes = async () => Buffer.byteLength((await project().pulumi(["stack", "export"])).stdout);
    const run = async (settings: object) => {
      await project().configure({ "foobar:application": { readinessPath: "/", ...settings } });
      const start = performance.now();
      await up(project());
      return seconds(start);
    };
    /** What is below a folder of the container, but for folders that are not empty. */
    const found = async (path: string) => {
      const listing = await succeed(
        project(),
        "exec",
        "--",
        "find",
        path,
        "-mindepth",
        "1",
        "-printf",
        "%y %m %P %l\\n",
      );
      const lines = listing.split("\n").map((line) => line.trim());
      const isFilled = (line: string) => {
        const [kind, , name = ""] = line.split(" ");
        return kind === "d" && lines.some((other) => (other.split(" ")[2] ?? "").startsWith(`${name}/`));
      };
      return lines.filter((line) => line !== "" && !isFilled(line)).sort();
    };
    const byName = (lines: readonly string[]) => [...lines].sort();

    before(async () => {
      await mkdir(join(folder(), "node_modules/.bin"), { recursive: true });
      await mkdir(join(folder(), "node_modules/tool"));
      await mkdir(join(folder(), "cache/empty"), { recursive: true });
      await writeFile(join(folder(), "index.js"), SERVER);
      await writeFile(join(folder(), "node_modules/tool/cli"), "#!/bin/sh\necho the tool runs\n");
      await chmod(join(folder(), "node_modules/tool/cli"), 0o700);
      await symlink("../tool/cli", join(folder(), "node_modules/.bin/tool"));
    });

    it("keeps its execute bits, links and empty folders", async () => {
      await run({ files: "./packed", command: ["node", "/app/index.js"] });
      assert.deepEqual(await found("/app"), byName(KEPT));
      assert.equal(await succeed(project(), "exec", "/app/node_modules/.bin/tool"), "the tool runs");
    });

    it("takes one transfer with 5,000 files, and little of the state", async () => {
      const before = await stateBytes();
      await mkdir(join(folder(), "many"));
      for (let file = 0; file < FILES; file++) {
        await writeFile(join(folder(), "many", `${file}.bin`), randomBytes(FILE_BYTES));
      }
      const time = await run({ files: "./packed", command: ["node", "/app/index.js"] });
      const after = await stateBytes();
      measured(
        `application files=${FILES} megabytes=${(FILES * FILE_BYTES) / 1e6} up=${time} state=${before} then=${after}`,
      );
      assert.ok(after - before < STATE_BYTES, `the state has grown by ${after - before} bytes`);
      assert.equal((await found("/app/many")).length, FILES);
      await rm(join(folder(), "many"), { recursive: true });
    });

    it("is built by its Dockerfile, without what .dockerignore names", async () => {
      await writeFile(join(folder(), "Dockerfile"), `FROM ${IMAGE}\nCOPY . /srv\nCMD ["node", "/srv/index.js"]\n`);
      await writeFile(join(folder(), ".dockerignore"), "Dockerfile\n.dockerignore\n*.secret\n");
      await writeFile(join(folder(), "key.secret"), "a secret");
      await run({ build: "./packed" });
      // A builder needs these two: they are there, whatever the patterns say.
      assert.deepEqual(await found("/srv"), byName([...KEPT, "f 644 .dockerignore", "f 644 Dockerfile"]));
      await unchanged(project());
    });
  });
}
