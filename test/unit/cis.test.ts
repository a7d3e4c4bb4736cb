import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { ROOT } from "../../operations/stack/project.ts";
import type { Subject } from "../cis/item.ts";
import { findings, page } from "../cis/report.ts";

/** A container as `docker inspect` shows it, with defaults of `docker run`. */
const plain = {
  Config: { User: "" },
  State: {},
  AppArmorProfile: "",
  Mounts: [],
  NetworkSettings: { Ports: { "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "80" }] }, Networks: { bridge: {} } },
  HostConfig: { PidMode: "", UTSMode: "", UsernsMode: "", CgroupParent: "", IpcMode: "shareable", Privileged: false },
};

describe("the items of the CIS Docker Benchmark", () => {
  it("are findings in a container that is run with defaults", () => {
    const subject = {
      service: "plain",
      info: plain as unknown as Subject["info"],
      features: ["apparmor", "seccomp"],
      processes: ["nginx: master process", "/usr/sbin/sshd -D"],
      published: [],
    };
    const found = findings([subject]).map((line) => line.split(" ")[0]);
    const expected = ["4.1 4.6 5.2 5.4 5.7 5.8 5.9 5.11 5.12 5.13 5.14 5.15 5.17 5.19 5.26 5.27 5.29 5.30"];
    assert.equal(found.join(" "), expected.join(" "));
  });

  it("are the table in docs/security-cis.md", async () => {
    const file = `${ROOT}/docs/security-cis.md`;
    if (process.env["UPDATE_EXPECTED"] === "1") await writeFile(file, page());
    assert.equal(page(), await readFile(file, "utf8"), "UPDATE_EXPECTED=1 accepts the change");
  });
});
