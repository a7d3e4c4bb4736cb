import assert from "node:assert/strict";
import { problemOf, warningOf } from "../../preflight/tables.ts";
import { refusals } from "../../preflight/variables.ts";

describe("tables that a group refuses", () => {
  it("are named, with the statements that put them right", () => {
    assert.deepEqual(problemOf([]), []);
    const [problem] = problemOf([
      { table: "foobar.log", engine: undefined },
      { table: "foobar.old", engine: "MyISAM" },
    ]);
    assert.match(problem?.complaint ?? "", /is group, .*: foobar\.log \(no primary key\), foobar\.old \(MyISAM\)$/);
    assert.match(
      problem?.cure ?? "",
      /ALTER TABLE foobar\.log ADD COLUMN .* PRIMARY KEY;\n *ALTER TABLE foobar\.old ENGINE = InnoDB;/,
    );
  });

  it("are warned of outside a group if no clone has their rows", () => {
    const keyless = { table: "foobar.log", engine: undefined };
    assert.deepEqual(warningOf([keyless]), []);
    const [warning = "", ...more] = warningOf([keyless, { table: "foobar.old", engine: "MyISAM" }]);
    assert.equal(more.length, 0);
    assert.match(
      warning,
      /in no clone and in no backup: foobar\.old \(MyISAM\)\n.*\n *ALTER TABLE foobar\.old ENGINE = InnoDB;$/,
    );
  });

  it("are counted where there are many", () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ table: `foobar.t${index}`, engine: undefined }));
    assert.match(problemOf(many)[0]?.complaint ?? "", /foobar\.t9 \(no primary key\) and 15 more$/);
  });
});

describe("variables that MySQL refuses", () => {
  it("have MySQL's own reason", () => {
    const answer = `max_conections: 2026-11-27T05:24:12.310913Z 0 [ERROR] [MY-000067] [Server] unknown variable 'max_conections=5'.
sql_mode: 2026-11-27T05:24:12.652389Z 0 [ERROR] [MY-000077] [Server] /usr/sbin/mysqld: Error while setting value 'FOO' to 'sql_mode'.
`;
    assert.deepEqual(refusals(answer), [
      { name: "max_conections", reason: "unknown variable 'max_conections=5'." },
      { name: "sql_mode", reason: "Error while setting value 'FOO' to 'sql_mode'." },
    ]);
    assert.deepEqual(refusals(""), []);
  });
});
