import { UserError } from "../config/userError.ts";
import { copyImage, pullImage } from "../engine/images.ts";
import type { Supply } from "./images.ts";

/** What is done about an image that an engine lacks, in one line. */
export function supplyText({ image, machine, route }: Supply): string {
  const to = `the engine at ${machine.endpoint}`;
  return route.kind === "pull" ? `${to} pulls ${image}` : `${image} is copied from ${route.from.endpoint} to ${to}`;
}

/**
 * Gives engines the images that they lack. Pulled here, and not by the provider, an image is there before the first
 * container is replaced, and no login gets into the state.
 * @throws UserError naming every image that could not be had
 */
export async function supplyImages(supplies: readonly Supply[], say: (line: string) => void): Promise<void> {
  const outcomes = await Promise.allSettled(
    supplies.map((supply) => {
      say(supplyText(supply));
      const { image, engine, route } = supply;
      return route.kind === "pull"
        ? pullImage(engine, image, route.login)
        : copyImage(route.from.engine, engine, image);
    }),
  );
  const failures = outcomes.flatMap((outcome, index) => {
    const supply = supplies[index];
    return outcome.status === "fulfilled" || supply === undefined ? [] : [failureText(supply, outcome.reason)];
  });
  if (failures.length > 0) throw new UserError(`${failures.join("\n")}\n    nothing was created or changed`);
}

function failureText({ image, machine, route }: Supply, error: unknown): string {
  const at = `the engine at ${machine.endpoint}`;
  const who = route.kind === "pull" && route.login !== undefined ? `, logged in ${route.login.who}` : "";
  const how = route.kind === "copy" ? `copied from ${route.from.endpoint} to ${at}` : `pulled by ${at}${who}`;
  const reason = error instanceof Error ? error.message : String(error);
  return `${image} cannot be ${how}: ${reason}
    cure:      npm run up once more; or give the engine the image, by docker pull or docker load`;
}
