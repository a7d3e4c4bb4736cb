import assert from "node:assert/strict";
import { execa } from "execa";
import { schema } from "../../config/schema.ts";
import { createProject, missing, type TestProject } from "../project.ts";

const { application } = schema.shape.images.parse(undefined);

describe("images of a stack", function () {
  this.timeout(180_000);
  let project: TestProject;
  let derived: string;

  before(async function () {
    const lack = await missing();
    if (lack !== undefined) {
      console.warn(`    NOT TESTED: ${lack}`);
      this.skip();
    }
    project = await createProject();
    derived = `foobar-${project.stack}:1`;
    await execa("docker", ["build", "--quiet", "--tag", derived, "-"], { input: `FROM ${application}\nENV MINE=1\n` });
  });

  after(async () => {
    if (project === undefined) return;
    await execa("docker", ["rmi", derived], { reject: false });
    await project.remove();
  });

  const wrong = { haproxy: "haproxy:3.2.26-typo", mysql: "registry.example.com/team/mysql:9.7.3" };

  it("that cannot be found or pulled are all refused at once before the plan, and have no stand-ins", async () => {
    const restore = await project.configure({ "foobar:images": { ...wrong, application: derived } });
    const { exitCode, output } = await project.npm("up", ["--yes"]);
    await restore();
    assert.notEqual(exitCode, 0);
    assert.match(output, new RegExp(`2 problems in the configuration of stack ${project.stack}; nothing was created`));
    for (const [key, name] of Object.entries(wrong)) {
      assert.match(output, new RegExp(`foobar:images\\.${key} is ${name}, which the engine at \\S+ does not have`));
      assert.match(output, new RegExp(`set it: {4}pulumi config set --path 'foobar:images\\.${key}' ${key}:\\d`));
      assert.equal((await execa("docker", ["image", "inspect", name], { reject: false })).exitCode, 1);
    }
    assert.deepEqual(await project.inventory(), { containers: [], networks: [], volumes: [] });
  });

  it("may be built on a stand-in, or be named with their registry", async () => {
    const changed = { application: derived, nginx: "docker.io/library/nginx:1.30.6" };
    const restore = await project.configure({ "foobar:images": changed });
    const { exitCode, output } = await project.npm("preview");
    await restore();
    assert.equal(exitCode, 0, output);
    assert.match(output, /\d+ to create/);
  });
});
