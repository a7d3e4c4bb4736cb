import { once } from "node:events";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import type { Issued } from "../../app/test/certificates.ts";

/** A mail that has arrived. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Whether its connection was encrypted, and the user who had logged in. */
  readonly isSecure: boolean;
  readonly user: string | undefined;
  /** `performance.now()` at its arrival. */
  readonly at: number;
}

/** A mail server that takes mails of one user by encrypted connections alone. */
export interface MailServer {
  readonly port: number;
  readonly mails: readonly Mail[];
  close(): Promise<void>;
}

/** @param login the only user */
export async function startMailServer(
  { certificate, key }: Issued,
  login: { readonly username: string; readonly password: string },
): Promise<MailServer> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    cert: certificate,
    key,
    // It asks for STARTTLS, and offers a login only after it.
    secure: false,
    authMethods: ["PLAIN", "LOGIN"],
    onAuth({ username, password }, _, answer) {
      const isRight = username === login.username && password === login.password;
      answer(isRight ? null : new Error("535 5.7.8 the user or the password is wrong"), { user: username });
    },
    onData(stream, { envelope, secure, user }, answer) {
      simpleParser(stream).then(({ subject = "", text = "" }) => {
        const at = performance.now();
        for (const { address: to } of envelope.rcptTo) mails.push({ to, subject, text, isSecure: secure, user, at });
        answer();
      }, answer);
    },
  });
  server.on("error", () => undefined);
  const listening = server.listen(0, "0.0.0.0");
  await once(listening, "listening");
  const address = listening.address();
  if (address === null || typeof address !== "object") throw new Error("the mail server has no port");
  return {
    port: address.port,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
