import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listsAreOld, parseAdded, parseCandidate, progressOf } from "../engine/apt.ts";
import { askEngine, socketPath } from "../engine/client.ts";
import { stopEngine } from "../engine/daemon.ts";
import { bootId, identify, identityOf, isSame } from "../engine/process.ts";
import { chooseRoute, type Machine } from "../engine/route.ts";
import { engineState, recordPackages, stateOf } from "../engine/state.ts";
import { enginePackages, engineStep } from "../engine/step.ts";

const endpoint = "unix:///var/run/docker.sock";
const silent = { denied: false, reason: "connect ENOENT" };
const bare: Machine = { platform: "linux", root: true, dockerd: undefined, apt: true, systemd: false };

function refusal(machine: Partial<Machine>, at = endpoint, answer = silent): string {
  const route = chooseRoute({ ...bare, ...machine }, at, answer);
  assert.ok("refusal" in route, "a way was chosen where none should be");
  return route.refusal;
}

describe("engine step", () => {
  let folder: string;
  let before: string | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "engine-test-"));
    before = process.env["FOOBAR_CACHE_DIR"];
    process.env["FOOBAR_CACHE_DIR"] = folder;
  });

  afterEach(async () => {
    if (before === undefined) delete process.env["FOOBAR_CACHE_DIR"];
    else process.env["FOOBAR_CACHE_DIR"] = before;
    await rm(folder, { recursive: true, force: true });
  });

  describe("finding", () => {
    it("finds nothing if there is no socket", async () =>
      assert.equal(await engineStep(`unix://${folder}/none.sock`).find(), undefined));

    it("finds nothing if nothing listens on the socket", async () => {
      await writeFile(join(folder, "dead.sock"), "");
      assert.equal(await engineStep(`unix://${folder}/dead.sock`).find(), undefined);
    });

    it("gives the reason why nothing answers", async () => {
      const answer = await askEngine(`unix://${folder}/none.sock`);
      assert.match(answer.version === undefined ? answer.reason : "", /ENOENT/);
    });

    it("knows the socket of a unix endpoint only", () => {
      assert.equal(socketPath("unix:///run/docker.sock"), "/run/docker.sock");
      assert.equal(socketPath("ssh://user@host"), undefined);
    });
  });

  describe("choosing the method", () => {
    it("installs and starts directly if there is neither an engine nor systemd", () => {
      assert.deepEqual(chooseRoute(bare, endpoint, silent), { install: true, start: "direct" });
    });

    it("starts the installed engine by systemd if that is the init", () => {
      const machine = { ...bare, dockerd: "/usr/bin/dockerd", systemd: true, apt: false };
      assert.deepEqual(chooseRoute(machine, endpoint, silent), { install: false, start: "systemd" });
    });

    it("asks for root to install, with the command to run", () => {
      assert.match(refusal({ root: false }), /only root can install.*sudo apt-get install docker\.io/s);
    });

    it("asks for root to start the installed engine", () => {
      assert.match(refusal({ root: false, dockerd: "/usr/bin/dockerd" }), /not running.*sudo systemctl start docker/s);
    });

    it("says where to get an engine without apt", () => {
      assert.match(refusal({ apt: false }), /no apt-get.*https:\/\/docs\.docker\.com/s);
    });

    it("sends users of macOS to Docker Desktop or Colima", () => {
      assert.match(refusal({ platform: "darwin" }), /Docker Desktop.*colima start/s);
    });

    it("does not bring up another machine's engine", () => {
      assert.match(refusal({}, "ssh://root@server2"), /ssh:\/\/root@server2 \(connect ENOENT\)/);
    });

    it("names the group if the user may not use the socket", () => {
      assert.match(refusal({ root: false }, endpoint, { denied: true, reason: "EACCES" }), /usermod -aG docker/);
    });
  });

  describe("packages", () => {
    it("takes Docker's own package only if apt knows it", () => {
      assert.equal(enginePackages(undefined)[0], "docker.io");
      assert.equal(enginePackages("5:28.5.1-1")[0], "docker-ce");
    });

    it("includes tini, which `init: true` needs, with the distribution's package", () => {
      assert.ok(enginePackages(undefined).includes("tini"));
    });

    it("reads the candidate from apt-cache policy", () => {
      assert.equal(parseCandidate("docker.io:\n  Installed: (none)\n  Candidate: 20.10.24\n"), "20.10.24");
      assert.equal(parseCandidate("docker-ce:\n  Installed: (none)\n  Candidate: (none)\n"), undefined);
      assert.equal(parseCandidate(""), undefined);
    });

    it("counts new packages as added, not upgraded ones", () => {
      const simulation =
        "Inst tini (0.19 Debian:12 [amd64])\nInst runc [1.0] (1.1 Debian:12 [amd64])\nConf tini (0.19)";
      assert.deepEqual(parseAdded(simulation), ["tini"]);
    });

    it("considers lists old if none is younger than a day", () => {
      const now = Date.now();
      assert.equal(listsAreOld([], now), true);
      assert.equal(listsAreOld([now - 90_000_000], now), true);
      assert.equal(listsAreOld([now - 90_000_000, now - 1_000], now), false);
    });

    it("reports apt-get's progress", () => {
      assert.equal(progressOf("Setting up libip6tc2:amd64 (1.8.9-2) ..."), "installed libip6tc2 1.8.9-2");
      assert.equal(progressOf("Reading package lists..."), undefined);
    });
  });

  describe("the process that this program started", () => {
    it("reads a command with spaces and brackets", () => {
      const fields = Array.from({ length: 50 }, (_, index) => `${index + 4}`);
      const stat = `42 (a (b) c) S ${fields.join(" ")}`;
      assert.deepEqual(identityOf(stat), { command: "a (b) c", startTicks: "22" });
    });

    it("considers a zombie as ended", () => {
      assert.equal(identityOf(`42 (dockerd) Z ${Array.from({ length: 50 }, () => "1").join(" ")}`), undefined);
    });

    it("is the same only with the same start, boot and command", () => {
      const recorded = { startTicks: "100", boot: "a" };
      const found = { command: "dockerd", startTicks: "100" };
      assert.equal(isSame(recorded, found, "a", "dockerd"), true);
      assert.equal(isSame(recorded, { ...found, startTicks: "101" }, "a", "dockerd"), false);
      assert.equal(isSame(recorded, found, "b", "dockerd"), false);
      assert.equal(isSame(recorded, { ...found, command: "sshd" }, "a", "dockerd"), false);
      assert.equal(isSame(recorded, undefined, "a", "dockerd"), false);
    });

    it("is not stopped if another process has its number", async function () {
      if (process.platform !== "linux") this.skip();
      const other = spawn("sleep", ["60"], { stdio: "ignore" });
      try {
        assert.ok(other.pid);
        const identity = await identify(other.pid);
        assert.ok(identity);
        const { startTicks } = identity;
        await engineState.update({ started: { by: "us", pid: other.pid, startTicks, boot: await bootId() } });
        assert.equal(await stopEngine(), false);
        assert.equal(other.exitCode, null);
        assert.ok(await identify(other.pid), "a process that is not ours was ended");
        assert.deepEqual(await engineState.read(), {});
      } finally {
        other.kill();
        if (other.exitCode === null && other.signalCode === null) await once(other, "exit");
      }
    });

    it("is not stopped if none was started", async () => {
      assert.equal(await stopEngine(), false);
    });
  });

  describe("state", () => {
    it("keeps the installed packages over several runs", async () => {
      const state = stateOf<{ readonly packages: readonly string[] }>("some");
      await recordPackages(state)(["tini", "runc"]);
      await recordPackages(state)(["runc", "iptables"]);
      assert.deepEqual(await state.read(), { packages: ["tini", "runc", "iptables"] });
      await state.clear();
      assert.deepEqual(await state.read(), {});
    });

    it("says that nothing had been provided", async () => {
      assert.match(await engineStep().undo(), /nothing had been provided/);
    });
  });
});
