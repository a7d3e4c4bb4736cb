/** A socket that accepts connections, by the address that it is bound to. */
export interface Listener {
  readonly address: string;
  readonly port: number;
}

const LISTENING = "0A";
/** The engine's name server, in every container. */
const NAME_SERVER = "127.0.0.11";

/**
 * The TCP listeners in the text of /proc/PID/net/tcp or tcp6, without the engine's name server.
 * @see https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function listeners(text: string): Listener[] {
  return text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, local = "", , state]) => {
      const [hexadecimal = "", port = ""] = local.split(":");
      const address = addressOf(hexadecimal);
      return state === LISTENING && address !== NAME_SERVER ? [{ address, port: Number.parseInt(port, 16) }] : [];
    });
}

/** Each 32 bits are in the byte order of the machine, which is little-endian on all that the project supports. */
function addressOf(hexadecimal: string): string {
  const last = hexadecimal.slice(-8);
  const octets = [6, 4, 2, 0].map((place) => Number.parseInt(last.slice(place, place + 2), 16));
  return /^0+$/.test(hexadecimal) ? "*" : octets.join(".");
}
