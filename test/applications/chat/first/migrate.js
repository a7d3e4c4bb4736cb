import { openDatabase } from "./database.js";

const STEPS = [
  `CREATE TABLE IF NOT EXISTS chat (
     id BIGINT AUTO_INCREMENT PRIMARY KEY, server VARCHAR(100) NOT NULL, text VARCHAR(500) NOT NULL)`,
];

const database = openDatabase();
for (const step of STEPS) await database.query(step);
console.log(`the schema has all ${STEPS.length} steps`);
await database.end();
