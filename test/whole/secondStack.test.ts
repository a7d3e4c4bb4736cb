import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { cures } from "../pasted.ts";
import { createProject, missing, type TestProject, UNSEEN } from "../project.ts";
import { networksOf } from "../site.ts";
import { takeTurn } from "../stacks.ts";

describe("a second stack on the same engine", function () {
  this.timeout(900_000);
  const projects: TestProject[] = [];
  let giveBack: (() => void) | undefined;

  before(async function () {
    const reason = await missing();
    if (reason !== undefined) {
      console.log(`      SKIPPED, a second stack: ${reason}`);
      this.skip();
    }
    giveBack = await takeTurn("proposals");
  });

  after(async () => {
    for (const project of projects) await project.remove();
    giveBack?.();
  });

  it("comes up beside one with the same settings after the cures of the errors are pasted", async () => {
    const one = await createProject();
    projects.push(one);
    const up = await one.npm("up", UNSEEN);
    assert.equal(up.exitCode, 0, up.output);

    const two = await createProject();
    projects.push(two);
    const { loadBalancer } = await settingsOf(one);
    // A malformed subnet, so that the errors of settings must propose a subnet that is free on the engine, too.
    await two.configure({
      "foobar:loadBalancer": loadBalancer,
      "foobar:networks": { range: one.slot.range, web: "10.200.1.7/24" },
    });
    const pasted: string[] = [];
    for (let round = 1; round <= 2; round++) {
      const { exitCode, output } = await two.npm("up", UNSEEN);
      assert.notEqual(exitCode, 0, `round ${round}: ${output}`);
      assert.deepEqual(await two.inventory(), { containers: [], networks: [], volumes: [] });
      const commands = cures(output);
      assert.ok(commands.length > 0, output);
      for (const command of commands) {
        await execa(command, { shell: true, cwd: two.folder, env: two.env, extendEnv: false });
      }
      pasted.push(...commands);
    }
    const second = await two.npm("up", UNSEEN);
    assert.equal(second.exitCode, 0, `${pasted.join("\n")}\n${second.output}`);
    assert.deepEqual(
      pasted.map((command) => /'foobar:(.*)'/.exec(command)?.[1]),
      ["networks.web", "loadBalancer.port", "loadBalancer.httpsPort", "loadBalancer.statsPort", "networks.range"],
    );

    const settings = await settingsOf(two);
    assert.notDeepEqual(settings.loadBalancer, loadBalancer);
    const urls = [one.url, `http://127.0.0.1:${settings.loadBalancer.port}`];
    for (const [index, url] of urls.entries()) {
      const text = `for ${index}`;
      const posted = await fetch(`${url}/api/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ author: "test", text }),
      });
      assert.equal(posted.status, 201, await posted.text());
    }
    for (const [index, url] of urls.entries()) {
      const { messages } = (await (await fetch(`${url}/api/messages`)).json()) as { messages: { text: string }[] };
      assert.deepEqual(
        messages.map(({ text }) => text),
        [`for ${index}`],
      );
    }
    for (const project of projects) {
      assert.deepEqual((await project.inventory()).networks, await networksOf(project));
    }
  });
});

async function settingsOf({
  folder,
  stack,
}: TestProject): Promise<{ readonly loadBalancer: { readonly port: number } }> {
  const { config } = parse(await readFile(join(folder, `Pulumi.${stack}.yaml`), "utf8"));
  return { loadBalancer: config["foobar:loadBalancer"] };
}
