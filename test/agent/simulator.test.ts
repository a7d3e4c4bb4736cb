import { describeSchedules } from "./simulator/describing.ts";

/** Both can be set, to look for rarer histories. */
const SCHEDULES = Number(process.env["FOOBAR_SCHEDULES"] ?? 10_000);
const FIRST_SEED = Number(process.env["FOOBAR_SEED"] ?? 1);

describeSchedules(FIRST_SEED, SCHEDULES);
