import { isWhole } from "../operations/session/attendance.ts";
import { heal } from "../operations/session/heal.ts";
import { sayStaying } from "../operations/session/kept.ts";
import { openSession } from "../operations/session/pulumi.ts";
import { removeReleaseImages } from "../operations/session/releaseImages.ts";
import { takeDown } from "../operations/session/takeDown.ts";
import { main } from "../operations/session/terminal.ts";

/** Removes the stack except for its protected resources: data volumes, and the passwords that open them. */
await main(async () => {
  const { session, known } = await heal(await openSession(process.argv.slice(2)));
  const exitCode = await takeDown(session, known);
  if (exitCode === 0 && isWhole(session.rest)) {
    await removeReleaseImages(session.stack, 0).catch(() => undefined);
    await sayStaying(session, known);
  }
  return exitCode;
});
