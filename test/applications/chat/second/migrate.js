import { openDatabase } from "./database.js";

const CREATE = `CREATE TABLE IF NOT EXISTS chat (
  id BIGINT AUTO_INCREMENT PRIMARY KEY, server VARCHAR(100) NOT NULL, text VARCHAR(500) NOT NULL)`;
const ADD_TIME = "ALTER TABLE chat ADD COLUMN written TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)";
const HAS_TIME = "SHOW COLUMNS FROM chat LIKE 'written'";

const database = openDatabase();
await database.query(CREATE);
const [found] = await database.query(HAS_TIME);
if (found.length === 0) await database.query(ADD_TIME);
console.log("the schema has all 2 steps");
await database.end();
