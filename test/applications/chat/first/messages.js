const POLL_MS = 500;

/**
 * The messages of all servers. There is no broker between the servers: each asks the database for what is new, twice a
 * second, so a message of one server reaches the visitors of the other.
 */
export function followMessages(database, seen) {
  let last;
  const timer = setInterval(async () => {
    try {
      last ??= await newest(database);
      for (const message of await after(last)) {
        last = message.id;
        seen(message);
      }
    } catch (error) {
      console.error(`the messages cannot be read: ${error.message}`);
    }
  }, POLL_MS);

  async function after(id) {
    const [rows] = await database.query("SELECT * FROM chat WHERE id > ? ORDER BY id LIMIT 500", [id]);
    return rows;
  }

  return {
    after,
    async add(server, text) {
      const [{ insertId }] = await database.query("INSERT INTO chat (server, text) VALUES (?, ?)", [server, text]);
      return insertId;
    },
    stop: () => clearInterval(timer),
  };
}

async function newest(database) {
  const [[{ id }]] = await database.query("SELECT COALESCE(MAX(id), 0) AS id FROM chat");
  return id;
}
