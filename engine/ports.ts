import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** Whether a process of this machine uses the port at the address. */
export async function isBound(address: string, port: number, protocol: "tcp" | "udp" = "tcp"): Promise<boolean> {
  return (await (protocol === "tcp" ? problemOf : datagramProblemOf)(address, port)) === "EADDRINUSE";
}

/** Whether this machine has an address. */
export async function isAddressHere(address: string): Promise<boolean> {
  return (await problemOf(address, 0)) !== "EADDRNOTAVAIL";
}

/** The error code with which a socket cannot be opened; undefined if it can. */
function problemOf(address: string, port: number): Promise<string | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function datagramProblemOf(address: string, port: number): Promise<string | undefined> {
  const socket = createSocket("udp4");
  return new Promise((resolve) => {
    socket.once("error", (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code);
    });
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve(undefined)));
  });
}
