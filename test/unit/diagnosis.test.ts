import assert from "node:assert/strict";
import { adviceOn, diagnosisText, endText, type Unwell } from "../../operations/session/diagnosis.ts";
import { listeners } from "../../operations/session/listening.ts";

const UNWELL: Unwell = {
  name: "probe-server1-0123456",
  state: "Up 20 seconds (unhealthy)",
  check: "GET /readyz with Host: shop.example and X-Forwarded-Proto: https answered 404 Not Found",
  end: undefined,
  listens: undefined,
  logOf: "app-server1-0123456",
  log: ["listening on 3000", "a request for /readyz"],
};

describe("the diagnosis of a container that is not well", () => {
  it("shows its state, what the check said with what to set, and the end of the log", () => {
    assert.equal(
      diagnosisText(UNWELL),
      `    not well:  probe-server1-0123456 (Up 20 seconds (unhealthy))
    check:     GET /readyz with Host: shop.example and X-Forwarded-Proto: https answered 404 Not Found
               set application.readinessPath to a path that it has
    log:       docker logs app-server1-0123456
               listening on 3000
               a request for /readyz`,
    );
  });

  it("shows no check where there was none, and says that nothing was written", () => {
    const { check: _, ...rest } = UNWELL;
    assert.equal(
      diagnosisText({ ...rest, check: undefined, log: [] }),
      `    not well:  probe-server1-0123456 (Up 20 seconds (unhealthy))
    log:       app-server1-0123456 has written nothing`,
    );
  });

  it("shows how what runs or is asked ended, with what to set", () => {
    const state = { Running: false, Restarting: true, Paused: false, OOMKilled: false, ExitCode: 3 };
    assert.equal(
      endText({ ...state, Running: true, Restarting: false, Paused: true }, 0, "web-1"),
      "it is paused: docker unpause web-1",
    );
    assert.equal(endText({ ...state, Running: true, Restarting: false }, 0), undefined);
    // The engine counts a container that it is about to start again as running.
    assert.equal(endText({ ...state, Running: true }, 0), "it ended with exit code 3");
    const end = endText({ ...state, OOMKilled: true, ExitCode: 137 }, 64 * 2 ** 20);
    assert.match(
      diagnosisText({ ...UNWELL, end }),
      /^ {4}end: {7}the kernel killed it: it needed more memory than 64 MB\n {15}set application\.memoryMb.*$/m,
    );
  });

  it("says where an application listens instead", () => {
    assert.match(diagnosisText({ ...UNWELL, listens: ["127.0.0.1:4321"] }), /^ {4}listens: {3}on 127\.0\.0\.1:4321$/m);
    assert.match(diagnosisText({ ...UNWELL, listens: [] }), /^ {4}listens: {3}nowhere$/m);
    // The last one of IPv4 is the engine's server of names.
    const line = (local: string, state: string) =>
      `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000`;
    const table = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
      line("0100007F:10E1", "0A"),
      line("00000000:0050", "0A"),
      line("0200C90A:A1B2", "01"),
      line("0B00007F:9C41", "0A"),
      line("00000000000000000000000000000000:0BB8", "0A"),
      line("00000000000000000000000001000000:1F90", "0A"),
    ];
    assert.deepEqual(listeners(table.join("\n")), ["0.0.0.0:80", "127.0.0.1:4321", "[::1]:8080", "[::]:3000"]);
  });

  it("names the setting for each answer that is not that it is ready", () => {
    const answered = (status: number) => adviceOn(`GET / answered ${status} Some Reason`);
    for (const status of [301, 302, 307, 308]) assert.match(answered(status), /set application\.https to true/);
    assert.match(answered(400), /application\.host/);
    assert.match(answered(401), /a path that needs no login/);
    assert.match(answered(403), /a path that needs no login, or application\.host/);
    assert.match(answered(404), /application\.readinessPath/);
    assert.match(adviceOn("nothing listens on port 3000 of app-server1.app"), /application\.port/);
    for (const status of [200, 500, 503]) assert.equal(answered(status), "");
    assert.equal(adviceOn("GET / with Host: 404.example: the connection was closed without an answer"), "");
  });
});
