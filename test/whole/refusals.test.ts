import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { parse } from "yaml";
import { freePort } from "../project.ts";
import { describeProject } from "../site.ts";

/** The arguments that the workflow for pull requests passes to `npm run preview`. */
async function previewArguments(): Promise<string[]> {
  const { jobs } = parse(await readFile(new URL("../../.github/workflows/ci.yml", import.meta.url), "utf8"));
  const { run } = jobs.preview.steps.find((step: { name?: string }) => step.name === "Preview");
  const [, args] = /^npm run --silent preview -- (.*) \| tee preview\.txt$/.exec(run) ?? [];
  assert.ok(args);
  return args.split(" ");
}

describeProject("a stack that is refused", (project) => {
  const nothingWasMade = async () => {
    assert.deepEqual(await project().inventory(), { containers: [], networks: [], volumes: [] });
  };

  const refused = async (pattern: RegExp) => {
    const { exitCode, output } = await project().npm("up");
    assert.notEqual(exitCode, 0);
    assert.match(output, pattern);
    await nothingWasMade();
  };

  it("has wrong settings, which are all reported at once", async () => {
    const restore = await project().configure({
      "foobar:images": { nginx: "nginx" },
      "foobar:mysql": { primary: "nobody" },
    });
    await refused(
      /2 problems in the configuration of stack it-\w+; nothing was created or changed[\s\S]*nginx[\s\S]*nobody/,
    );
    await restore();
  });

  it("has a port that another process holds", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    const restore = await project().configure({ "foobar:loadBalancer": { port: address.port } });
    await refused(new RegExp(`loadBalancer.port is ${address.port}, which another process on this machine has`));
    await restore();
    await new Promise((resolve) => server.close(resolve));
  });

  it("has a subnet that overlaps another network of the engine", async () => {
    const restore = await project().configure({ "foobar:networks": { edge: "172.17.0.0/24" } });
    await refused(/networks.edge is "172.17.0.0\/24"[\s\S]*does not overlap the engine's network bridge/);
    await restore();
  });

  it("has an endpoint without an engine, but can be previewed", async () => {
    const endpoint = "unix:///nowhere/docker.sock";
    const server = (name: string) => ({ name, roles: ["web", "app", "db"], endpoint });
    const restore = await project().configure({
      "foobar:servers": [server("server1"), server("server2")],
      "foobar:loadBalancer": { port: await freePort(project().slot), endpoint },
    });
    await refused(/no Docker Engine answers at unix:\/\/\/nowhere\/docker.sock[\s\S]*cure/);
    const { exitCode, output } = await project().npm("preview", await previewArguments());
    assert.equal(exitCode, 0, output);
    assert.match(output, /no Docker Engine answers[\s\S]*\+ \d+ to create/);
    await restore();
  });

  it("has a wrong passphrase, or none", async () => {
    const { PULUMI_CONFIG_PASSPHRASE_FILE: file, ...without } = project().env;
    const wrong = await project().pulumi(["up", "--yes"], { ...without, PULUMI_CONFIG_PASSPHRASE: "not this one" });
    assert.notEqual(wrong.exitCode, 0);
    assert.match(wrong.output, /incorrect passphrase/);
    const none = await project().pulumi(["up", "--yes"], without);
    assert.notEqual(none.exitCode, 0);
    assert.match(none.output, /PULUMI_CONFIG_PASSPHRASE/);
    assert.ok(file);
    await nothingWasMade();
  });
});
