import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { DumpLines, DumpText, tableIn } from "../../operations/database/dump.ts";

/** A dump after it is made fit, given in parts of some bytes. */
async function fitted(dump: string | Buffer, size: number): Promise<Buffer> {
  const lines = new DumpLines();
  const text = new DumpText((line) => lines.next(line));
  const bytes = Buffer.from(dump);
  for (let at = 0; at < bytes.length; at += size) text.write(bytes.subarray(at, at + size));
  text.end();
  return buffer(text);
}

describe("a dump for the application's account", () => {
  const cases: readonly (readonly [what: string, before: string, after: string])[] = [
    ["does not switch the binary log off", "SET @@SESSION.SQL_LOG_BIN= 0;\nSELECT 1;\n", "SELECT 1;\n"],
    [
      "sets no GTIDs, on however many lines",
      "SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'a:1-5,\nb:1-7';\nDO 0;\n",
      "DO 0;\n",
    ],
    [
      "has no definers of views, triggers, events and routines",
      "/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */\n/*!50003 CREATE*/ /*!50017 DEFINER=`a b`@`%`*/ /*!50003 TRIGGER t\n" +
        "/*!50106 CREATE*/ /*!50117 DEFINER=`x`@`10.%`*/ /*!50106 EVENT e\nCREATE DEFINER=`x`@`y` PROCEDURE `p`()\n",
      "/*!50013 SQL SECURITY DEFINER */\n/*!50003 CREATE*/ /*!50017 */ /*!50003 TRIGGER t\n" +
        "/*!50106 CREATE*/ /*!50117 */ /*!50106 EVENT e\nCREATE PROCEDURE `p`()\n",
    ],
    [
      "has tables of InnoDB",
      ") ENGINE=MyISAM DEFAULT CHARSET=utf8mb4;\r\n",
      ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\r\n",
    ],
    [
      "keeps rows as they are",
      "INSERT INTO t VALUES ('DEFINER=`a`@`b` ) ENGINE=MyISAM');\nlast",
      "INSERT INTO t VALUES ('DEFINER=`a`@`b` ) ENGINE=MyISAM');\nlast",
    ],
  ];
  for (const [what, before, after] of cases) {
    it(what, async () => {
      for (const size of [1, 7, 10_000]) assert.equal((await fitted(before, size)).toString(), after, `${size}`);
    });
  }

  it("keeps every byte of rows in long lines", async () => {
    const row = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251)).map((byte) =>
      byte === 10 ? 11 : byte,
    );
    const dump = Buffer.concat([Buffer.from("INSERT '"), row, Buffer.from("'\n"), Buffer.from([0xe4, 0xff, 10])]);
    for (const size of [1_000, 65_536, 1_000_000]) assert.ok((await fitted(dump, size)).equals(dump), `${size}`);
  });

  it("names its tables", () => {
    assert.equal(tableIn("CREATE TABLE `wp_posts` ("), "wp_posts");
    assert.equal(tableIn("CREATE TABLE IF NOT EXISTS notes (id INT)"), "notes");
    assert.equal(tableIn("-- CREATE TABLE `x` ("), undefined);
  });
});
