import { describeSchedules } from "../agent/simulator/describing.ts";

/** Seeds that the everyday tests do not have. */
const FIRST_SEED = 1_000_001;
const SCHEDULES = Number(process.env["FOOBAR_SCHEDULES"] ?? 100_000);

describeSchedules(FIRST_SEED, SCHEDULES);
