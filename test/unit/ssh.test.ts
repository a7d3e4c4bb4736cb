import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { ROOT } from "../../operations/stack/project.ts";

/**
 * In place of ssh: notes its arguments, and connects its standard input and output to the engine's socket as
 * `docker system dial-stdio` does. It also notes when the engine has answered for the first time. The machine `stranger`
 * is not known, the user's configuration shares the logins of the machine `shared`, and connections to the machine
 * `fleeting` end in good order behind the first answer.
 */
const SSH = (notes: string, socket: string) => `#!${process.execPath}
const { appendFileSync } = require("node:fs");
const words = process.argv.slice(2);
if (words[0] === "-G") {
  console.log(words.includes("shared") ? "controlmaster auto\\ncontrolpath /run/mine" : "controlmaster false");
  process.exit();
}
const note = (what) => appendFileSync(${JSON.stringify(notes)}, JSON.stringify(what) + "\\n");
note(words);
if (words.includes("stranger")) {
  console.error("Host key verification failed.");
  process.exit(255);
}
const engine = require("node:net").connect(${JSON.stringify(socket)});
engine.once("data", () => note("answered"));
if (words.includes("fleeting")) engine.once("data", () => setImmediate(() => engine.destroy()));
if (words.includes("fleeting")) engine.once("close", () => process.exit());
process.stdin.pipe(engine).pipe(process.stdout);
`;

/** Asks an engine at an endpoint as the project's commands do, several times; prints the answers, or the error. */
const CLIENT = `
import "./typescript.mjs";
const { engineClient } = await import("./engine/client.ts");
const ask = async () => (await engineClient({ endpoint: process.argv[1] }).version()).Version;
try {
  const answers = [...(await Promise.all([ask(), ask()])), await ask(), await ask()];
  const exec = await engineClient({ endpoint: process.argv[1] }).getExec("1").start({ hijack: true, stdin: true });
  exec.end("said");
  for await (const data of exec) answers.push(String(data));
  console.log(JSON.stringify(answers));
} catch (error) {
  console.log(error.message);
}
`;

/** Asks an engine once more when all connections have ended; prints the answers. */
const LATER = `
import "./typescript.mjs";
import { readFileSync } from "node:fs";
const { engineClient } = await import("./engine/client.ts");
const ask = async () => (await engineClient({ endpoint: process.argv[1] }).version()).Version;
const children = () => readFileSync("/proc/self/task/" + process.pid + "/children", "utf8");
const answers = [await ask()];
while (children() !== "") await new Promise((resolve) => setTimeout(resolve, 10));
console.log(JSON.stringify([...answers, await ask()]));
`;

/** The options by which connections of this program and of others share a login, for a while after the last of them. */
const SHARING = [
  ...["-o", "ControlMaster=auto", "-o", "ControlPath=~/.ssh/foobar-%C", "-o", "ControlPersist=10"],
  // A machine that is lost is noticed.
  ...["-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3"],
];

describe("an engine by ssh", function () {
  this.timeout(20_000);
  let folder: string;
  let server: Server;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "foobar-fake-ssh-"));
    const socket = join(folder, "docker.sock");
    server = createServer((_request, response) => response.end(JSON.stringify({ Version: "1.2.3" })));
    server.on("upgrade", (_request, connection) => {
      connection.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
      connection.on("data", (data: Buffer) => connection.end(`heard ${data}`));
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    await writeFile(join(folder, "ssh"), SSH(join(folder, "notes"), socket));
    await chmod(join(folder, "ssh"), 0o755);
  });
  after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => writeFile(join(folder, "notes"), ""));

  /** What the client prints, and what ssh noted. */
  const ask = async (endpoint: string, env: NodeJS.ProcessEnv = {}, client = CLIENT) => {
    const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", client, endpoint], {
      cwd: ROOT,
      env: { PATH: `${folder}:${process.env["PATH"]}`, ...env },
    });
    const notes = (await readFile(join(folder, "notes"), "utf8")).split("\n").filter((line) => line !== "");
    return { stdout, notes: notes.map((line): string | string[] => JSON.parse(line)) };
  };

  it("is asked through the user's ssh; connections are kept, share the first one's login, and let the program end", async () => {
    const { stdout, notes } = await ask("ssh://admin@server1.example:2222");
    assert.deepEqual(JSON.parse(stdout), ["1.2.3", "1.2.3", "1.2.3", "1.2.3", "heard said"]);
    const connection = [
      ...["-T", ...SHARING, "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-l", "admin", "-p", "2222"],
      ...["--", "server1.example", "docker", "system", "dial-stdio"],
    ];
    assert.deepEqual(notes, [connection, "answered", connection, "answered"]);
    assert.equal(statSync(join(userInfo().homedir, ".ssh")).mode & 0o077, 0, "others may enter the folder of logins");
  });

  it("is asked as the user's configuration shares logins, where it does", async () => {
    const [words] = (await ask("ssh://shared")).notes;
    assert.deepEqual(words?.slice(0, 5), ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"]);
  });

  it("is asked by another connection when the one before has ended in good order", async () => {
    assert.deepEqual(JSON.parse((await ask("ssh://fleeting", {}, LATER)).stdout), ["1.2.3", "1.2.3"]);
  });

  it("fails with the reason that ssh gives", async () => {
    assert.equal((await ask("ssh://stranger")).stdout, "Host key verification failed.");
  });

  for (const scheme of ["ssh", "unix"]) {
    it(`by ${scheme} is not exchanged for another one by variables of the Docker CLI`, async () => {
      const endpoint = scheme === "ssh" ? "ssh://server1" : `unix://${join(folder, "docker.sock")}`;
      const { stdout, notes } = await ask(endpoint, { DOCKER_HOST: "tcp://192.0.2.1:2376", DOCKER_TLS_VERIFY: "1" });
      assert.match(stdout, /1\.2\.3/);
      assert.equal(notes.length > 0, scheme === "ssh");
    });
  }
});
