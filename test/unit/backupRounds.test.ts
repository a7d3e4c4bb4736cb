import { itAnswers, itPrints } from "../shellFunctions.ts";

const [MONDAY, TUESDAY] = ["20261123T120000Z", "20261124T120000Z"];

describe("when a full backup is taken", () => {
  itPrints("schedule.sh", "newest_is", [
    ["an empty store has none", "- - - no", "none"],
    ["one that could be a forgery does not count", `- ${MONDAY} unauthenticated no`, "none"],
    ["the first one is kept", `- ${MONDAY} authentic no`, "kept"],
    ["the same one is kept", `${MONDAY} ${MONDAY} authentic yes`, "kept"],
    ["a newer one is kept", `${MONDAY} ${TUESDAY} authentic yes`, "kept"],
    ["one that was removed is gone", `${TUESDAY} ${MONDAY} authentic no`, "gone"],
    ["the only one that was removed is gone", `${TUESDAY} - - no`, "gone"],
    ["one whose manifest was changed is changed", `${TUESDAY} ${MONDAY} authentic yes`, "changed"],
    ["one whose code was removed is changed", `${TUESDAY} ${TUESDAY} unauthenticated yes`, "changed"],
  ]);

  itPrints("schedule.sh", "wait_for_full", [
    ["one that was taken just now lasts for the interval", "0 86400 no", "86400"],
    ["an older one lasts for the rest of it", "80000 86400 no", "6400"],
    ["one as old as the interval is replaced", "86400 86400 no", "0"],
    ["one that is much older, too", "9999999 86400 no", "0"],
    ["one that nothing can be added to is replaced at once", "60 86400 yes", "0"],
    ["one from the future does not put off the next one, as its clock may have been years ahead", "-60 86400 no", "0"],
  ]);

  itAnswers("schedule.sh", "is_taken", [
    ["when one is due", "- 0 100 0", "yes"],
    ["not before one is due", "- 60 100 0", "no"],
    ["not within the pause after a failure", "- 0 100 130", "no"],
    ["at the end of that pause", "- 0 130 130", "yes"],
    ["at the archive's request, even within the pause", "archive 0 100 130", "yes"],
    ["not at a request that another backup has met", "archive 60 100 0", "no"],
    ["at a command's request in any case", "1793664000000000000 60 100 130", "yes"],
  ]);

  itPrints("schedule.sh", "next_pause", [
    ["begins with the first value", "0 30 1800", "30"],
    ["doubles", "30 30 1800", "60"],
    ["ends with the last value", "960 30 1800", "1800"],
    ["stays there", "1800 30 1800", "1800"],
  ]);

  itPrints("schedule.sh", "time_to_look", [
    ["before one is due", "20 100 0 60", "20"],
    ["long before: somebody may remove one meanwhile", "80000 100 0 60", "60"],
    ["at the end of the pause after a failure", "0 100 130 60", "30"],
    ["soon if that has passed", "0 200 130 60", "1"],
  ]);

  itPrints("schedule.sh", "pause_after", [
    ["a failed round is repeated soon", "failed: 60", "10"],
    ["but not before a short interval has passed", "failed: 5", "5"],
    ["another one after the interval", "archiving 60", "60"],
  ]);
});

describe("the next full backup", () => {
  itPrints("schedule.sh", "name_after", [
    ["is named after the present time", `${MONDAY} -`, MONDAY],
    ["is the newest one", `${TUESDAY} ${MONDAY}`, TUESDAY],
    ["is the newest one if the clock was put back", `${MONDAY} ${TUESDAY}`, "20261124T120001Z"],
    ["is the newest one within the same second", `${MONDAY} ${MONDAY}`, "20261123T120001Z"],
    ["is the newest one across a year", "20260101T000000Z 20261231T235959Z", "20270101T000000Z"],
  ]);

  itPrints("schedule.sh", "chain_after", [
    ["begins a chain if it is the first", `${TUESDAY} - missing no 1`, TUESDAY],
    ["continues the chain of the one before", `${TUESDAY} ${MONDAY} authentic no 1`, MONDAY],
    ["begins one after a gap", `${TUESDAY} ${MONDAY} authentic yes 1`, TUESDAY],
    ["begins one if the progress was changed", `${TUESDAY} ${MONDAY} changed no 1`, TUESDAY],
    ["begins one if the progress is gone", `${TUESDAY} ${MONDAY} missing no 1`, TUESDAY],
    ["begins one if it lacks what is archived, as after a failover", `${TUESDAY} ${MONDAY} authentic no 0`, TUESDAY],
    ["begins one if that could not be found out", `${TUESDAY} ${MONDAY} authentic no -`, TUESDAY],
  ]);
});

describe("a round of archiving", () => {
  itPrints("round.sh", "first_step", [
    ["an empty store has nothing to archive after", "- - no -", "wait-first"],
    ["the archive follows an authentic backup", `${MONDAY} authentic no -`, "archive"],
    ["and never one that could be a forgery", `${MONDAY} unauthenticated no -`, "request"],
    ["another one is requested once", `${MONDAY} unauthenticated no ${MONDAY}`, "wait-requested"],
    ["and once more for another forgery", `${TUESDAY} unauthenticated no ${MONDAY}`, "request"],
    ["nothing is added to a chain with a gap", `${MONDAY} authentic yes -`, "wait-broken"],
  ]);

  itAnswers("round.sh", "is_purged", [
    ["a member that lacks the binary log", "13114", "yes"],
    ["a member that refuses to send it", "1236", "yes"],
    ["a member that cannot be reached", "2003", "no"],
    ["no error", "0", "no"],
  ]);

  // The arguments: the source, whether it sends, those that lack the binary log, the primary, the others.
  const next = (source: string, running: string, ...rest: string[]) => [source, running, ...rest].join(" ");
  itPrints("round.sh", "next_source", [
    ["begins with another one than the primary", next("-", "-", "-", "p", "a", "b"), "a"],
    ["begins with the primary if it is alone", next("-", "-", "-", "p"), "p"],
    ["stays with one that sends", next("b", "Yes", "-", "p", "a", "b"), "stay"],
    ["stays with one that was promoted", next("b", "Yes", "-", "b", "a"), "stay"],
    ["goes on with another one if that is lost", next("a", "Connecting", "-", "p", "a", "b"), "b"],
    ["goes on with a primary after a failover", next("a", "No", "-", "p"), "p"],
    ["tries the only one again", next("p", "Connecting", "-", "p"), "p"],
    ["asks the primary if a new replica has no old binary log", next("a", "No", "a", "p", "a"), "p"],
    ["goes back to one that was only away", next("p", "No", "p", "p", "a"), "a"],
    ["gives up if none has the binary log", next("p", "No", "p", "p"), "none"],
  ]);
  itPrints("round.sh", "next_source", [["begins although a former one has refused", "- No - p a", "a"]]);

  itPrints("round.sh", "continuity", [
    ["the primary has everything", "1 0", "continues"],
    ["a new primary still applies what it has received", "0 5", "waits"],
    ["a new primary has lost transactions that are archived", "0 60", "breaks"],
    ["no answer is no reason for a gap", "- 0", "unknown"],
    ["nor after a long time", "- 600", "unknown"],
  ]);
});
