import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorFiles } from "../../components/errorFiles.ts";
import { answerFiles, errorAnswers } from "../../components/loadBalancer/unavailable.ts";
import { errorPageProblems } from "../../preflight/errorPages.ts";

describe("the folder with pages for errors", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pages-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content);
  const complaints = () => errorPageProblems(folder).map(({ complaint }) => complaint?.replaceAll(`${folder}/`, ""));

  it("has pages by their status, and files that begin with a dot", () => {
    put("404.html", "nothing here");
    put("503.html", "zurück um 12 Uhr");
    put(".DS_Store", "\0");
    assert.deepEqual(complaints(), []);
    assert.deepEqual(errorFiles(folder), { "404.html": "nothing here", "503.html": "zurück um 12 Uhr" });
  });

  it("may not be missing or empty", () => {
    assert.deepEqual(complaints(), [`${folder} is empty`]);
    const [missing] = errorPageProblems(join(folder, "none"));
    assert.equal(missing?.value, join(folder, "none"));
    assert.match(missing?.allowed ?? "", /^a folder, relative to the project .*503\.html: 400, 403, 404/);
    assert.deepEqual(errorPageProblems(undefined), []);
  });

  it("has no other files, and no page that cannot be shown: all are named", () => {
    put("index.html", "a");
    put("200.html", "a");
    put("404.htm", "a");
    mkdirSync(join(folder, "500.html"));
    put("403.html", "");
    put("502.html", "a".repeat(64 * 1024));
    put("503.html", "a".repeat(64 * 1024 + 1));
    put("504.html", Buffer.from([0x66, 0xfc, 0x72]));
    assert.deepEqual(complaints(), [
      "has 200.html, which is no page for an error",
      "has 403.html, which is empty",
      "has 404.htm, which is no page for an error",
      "has 500.html, which is no page for an error",
      "has 503.html, which has 65 kB",
      "has 504.html, which is no text in UTF-8",
      "has index.html, which is no page for an error",
    ]);
  });
});

describe("HAProxy's own answers", () => {
  it("are the user's pages where there are some, with the length in bytes", () => {
    const pages = { "408.html": "zu spät", "413.html": "large", "416.html": "range", "503.html": "closed" };
    const files = answerFiles({ headers: [{ name: "X-A", value: "1" }] }, pages);
    assert.match(
      files["408.http"] ?? "",
      /^HTTP\/1\.1 408 [\s\S]*\r\nContent-Length: 8\r\n[\s\S]*X-A: 1\r\n\r\nzu spät$/,
    );
    assert.equal(files["503.html"], "closed");
    assert.match(files["504.html"] ?? "", /took too long/);
    const statuses = errorAnswers(pages).map((line) => /(?:errorfile|status) (\d+)/.exec(line)?.[1]);
    assert.deepEqual(statuses.sort(), ["400", "408", "413", "431", "503", "504"]);
  });
});
