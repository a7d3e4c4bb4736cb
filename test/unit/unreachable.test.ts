import assert from "node:assert/strict";
import { unreachable } from "../../preflight/unreachable.ts";
import { problems } from "../configProblems.ts";

describe("an engine that does not answer", () => {
  const REMOTE = "ssh://ops@server1.example:2222";
  const SSH = "ssh -p 2222 ops@server1.example";

  const cases: readonly (readonly [endpoint: string, reason: string, cure: string])[] = [
    [
      "unix:///var/run/docker.sock",
      "connect ENOENT /var/run/docker.sock",
      "start the engine, and check that `docker --host unix:///var/run/docker.sock version` shows a server",
    ],
    [REMOTE, "Connection refused", `start the engine, and check that \`${SSH} docker version\` shows a server`],
    [
      REMOTE,
      "No ED25519 host key is known for [server1.example]:2222 and you have requested strict checking.\r\nHost key verification failed.",
      `log in once, and compare the key that is shown with the machine's: ${SSH}`,
    ],
    [
      "ssh://server1",
      "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\r\nHost key verification failed.",
      "if the machine was set up anew, forget its former key: ssh-keygen -R 'server1', and log in once; if not, somebody answers in its place",
    ],
    [
      REMOTE,
      "ops@server1.example: Permission denied (publickey).",
      `add your key there with ssh-copy-id, or load it into the agent, until this asks nothing: ${SSH} true`,
    ],
    [REMOTE, "bash: line 1: docker: command not found", `install the Docker CLI there: ${SSH} docker version`],
    [
      REMOTE,
      "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
      `give that user the right to use the engine: ${SSH} docker version`,
    ],
  ];
  for (const [endpoint, reason, cure] of cases) {
    it(`is named with what to do: ${reason.split("\r\n").at(-1)}`, () => {
      assert.equal(
        unreachable(endpoint, reason),
        `no Docker Engine answers at ${endpoint} (${reason})
    cure:      ${cure},
               or name another endpoint in loadBalancer.endpoint and servers[].endpoint`,
      );
    });
  }
});

describe("the endpoint of an engine", () => {
  const refused = (endpoint: string) =>
    problems({ "foobar:loadBalancer": { endpoint } }).filter((text) => text.includes("a Docker endpoint")).length > 0;

  for (const endpoint of ["unix:///run/docker.sock", "tcp://192.0.2.1:2375", "ssh://ops@[2001:db8::1]:22", "ssh://a"]) {
    it(`may be ${endpoint}`, () => assert.ok(!refused(endpoint)));
  }
  for (const endpoint of [
    ...["unix://run/docker.sock", "unix:///", "tcp://", "tcp://a", "http://a", "ssh://", "ssh://a b", "server1"],
    ...["ssh://ops:secret@a", "ssh://a/run/docker.sock", "tcp://ops@a:2375", "tcp://a:2375?x=1"],
  ]) {
    it(`is not ${endpoint}, of which a part would be ignored`, () => assert.ok(refused(endpoint)));
  }
});
