import { connect as connectSecurely, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from "node:http2";
import { request } from "node:https";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";

/** A request to a port of 127.0.0.1 by HTTPS, for a host with this name. */
export interface SecureRequest {
  readonly port: number;
  /** The authority that the client trusts (PEM). */
  readonly ca: string;
  readonly name?: string;
  /** The host in the request. Default: the name. */
  readonly host?: string;
  readonly path?: string;
}

export interface SecureAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders & IncomingHttpStatusHeader;
  readonly text: string;
}

/** Asks by HTTP/1.1; rejects if the server's certificate is not one of the authority for the name. */
export function ask({ port, ca, name = "www.foobar.com", host = name, path = "/" }: SecureRequest) {
  return new Promise<SecureAnswer>((resolve, reject) => {
    const options = { host: "127.0.0.1", port, ca, servername: name, path, headers: { host: `${host}:${port}` } };
    request({ ...options, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.once("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    })
      .once("error", reject)
      .end();
  });
}

/** Asks by HTTP/2. */
export function askByHttp2({ port, ca, name = "www.foobar.com", path = "/" }: SecureRequest): Promise<SecureAnswer> {
  return new Promise((resolve, reject) => {
    const session = connectSecurely(`https://${name}:${port}`, {
      createConnection: () => connect({ host: "127.0.0.1", port, ca, servername: name, ALPNProtocols: ["h2"] }),
    });
    session.once("error", reject);
    const stream = session.request({ ":path": path });
    let headers: SecureAnswer["headers"] = {};
    let text = "";
    stream.once("response", (given) => {
      headers = given;
    });
    stream.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    stream.once("error", reject);
    stream.once("end", () => {
      session.close();
      resolve({ status: headers[":status"], headers, text });
    });
  });
}

/** Agrees on TLS with a port of 127.0.0.1; rejects if there is no version or cipher that both want. */
export function handshake(options: ConnectionOptions): Promise<Pick<TLSSocket, "alpnProtocol"> & { version: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", servername: "www.foobar.com", ...options }, () => {
      const version = socket.getProtocol() ?? "";
      const { alpnProtocol } = socket;
      socket.destroy();
      resolve({ version, alpnProtocol });
    });
    socket.once("error", reject);
  });
}
