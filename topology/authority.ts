import type { Config } from "../config/schema.ts";
import type { AuthorityPlan } from "./plan.ts";

export function planAuthority({
  secrets: { authority },
}: {
  readonly secrets: Pick<Config["secrets"], "authority">;
}): AuthorityPlan {
  const { generation, alsoTrusted } = authority;
  const trusted = [generation, ...(alsoTrusted === undefined ? [] : [alsoTrusted])];
  return { signing: generation, trusted: trusted.sort((one, other) => one - other) };
}
