import assert from "node:assert/strict";
import { eventually } from "../engine/eventually.ts";
import { engineMissing } from "./engine.ts";
import { createMysqlStage, type MysqlStage, type Writing } from "./mysqlStage.ts";

const WRITERS = 4;

/** The numbers of rows that were acknowledged and that a database lacks. */
export async function lost(stage: MysqlStage, name: string, acknowledged: readonly number[]): Promise<number[]> {
  const stored = new Set((await stage.rows(name, "SELECT id FROM foobar.written")).split("\n").map(Number));
  return acknowledged.filter((number) => !stored.has(number));
}

/** Waits until this many rows are acknowledged. */
export async function written({ acknowledged }: Writing, count: number): Promise<void> {
  await eventually(async () => {
    // Not an assertion: a failing assertion reads this file each time for its message, and blocks the writers
    // meanwhile.
    if (acknowledged.length < count) throw new Error(`${acknowledged.length} rows are acknowledged, not ${count}`);
  }, 120);
}

/** Writes at least this many acknowledged rows, and then stops writing. */
export async function writeRows(stage: MysqlStage, name: string, count: number): Promise<readonly number[]> {
  const first = Number(await stage.rows(name, "SELECT COALESCE(MAX(id), 0) + 1 FROM foobar.written"));
  const writing = stage.write(name, WRITERS, first);
  await eventually(async () => assert.ok(writing.acknowledged.length >= count), 60);
  await writing.stop();
  return writing.acknowledged;
}

/** Makes a stage whose databases are in their places, with a table `foobar.written`. */
export async function makeRowStage(mysql: Readonly<Record<string, unknown>>): Promise<MysqlStage> {
  const stage = await createMysqlStage(mysql);
  try {
    await stage.untilInPlace(300);
    await stage.databases.ask("mysql-server1", "CREATE TABLE foobar.written (id INT PRIMARY KEY)");
  } catch (error) {
    await stage.remove();
    throw error;
  }
  return stage;
}

export async function skipWithoutEngine(this: Mocha.Context): Promise<void> {
  const reason = await engineMissing();
  if (reason === undefined) return;
  console.log(`      SKIPPED, what needs the real MySQL: ${reason}`);
  this.skip();
}
