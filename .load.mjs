import mysql from "mysql2/promise";

const [, , host, secs = "5", conns = "8"] = process.argv;
let n = 0;
const end = Date.now() + secs * 1000;
const lat = [];
await Promise.all(
  Array.from({ length: +conns }, async () => {
    const c = await mysql.createConnection({ host, user: "root", password: "root" });
    while (Date.now() < end) {
      const t = performance.now();
      await c.query("INSERT INTO d.t (n) VALUES (1)");
      lat.push(performance.now() - t);
      n++;
    }
    c.destroy();
  }),
);
lat.sort((a, b) => a - b);
console.log(
  Math.round(n / secs),
  "rows/s p50",
  lat[lat.length >> 1].toFixed(2),
  "p99",
  lat[Math.floor(lat.length * 0.99)].toFixed(2),
);
process.exit();
