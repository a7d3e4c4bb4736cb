#!/usr/bin/env bash
# The application's events. They run where writes are taken, and nowhere else: MySQL disables an event on the nodes that
# replicate it, whatever state it has, and leaves it so after a promotion. For node.sh.

# shellcheck source=observed.sh
. "$(dirname "${BASH_SOURCE[0]}")/observed.sh"

EVENTS="information_schema.EVENTS AS e LEFT JOIN $DISABLED_EVENTS AS d
  ON (d.event_schema, d.event_name) = (e.EVENT_SCHEMA, e.EVENT_NAME)"

# Those that another server created or changed last, as SQL that gives them the state which they had there, and leaves
# their definers.
TAKE_OVER="SELECT CONCAT('ALTER DEFINER = \`', SUBSTRING_INDEX(DEFINER, '@', 1), '\`@\`', SUBSTRING_INDEX(DEFINER, '@', -1),
    '\` EVENT \`', REPLACE(e.EVENT_SCHEMA, '\`', '\`\`'), '\`.\`', REPLACE(e.EVENT_NAME, '\`', '\`\`'), '\` ',
    IF(d.event_name IS NULL, 'ENABLE', 'DISABLE'), ';')
  FROM $EVENTS WHERE STATUS LIKE '%SIDE_DISABLED' OR (STATUS = 'ENABLED' AND ORIGINATOR <> @@server_id)"

# run_events: once in each term, the node takes over the events of the primary before, and starts the scheduler. With
# semisync that waits for a replica, so it happens beside this script.
run_events() {
  if [ "${events_of:-}" = "$term" ]; then
    note_disabled_events
    return
  fi
  events_of=$term
  {
    ask "$TAKE_OVER" | sql 0 --force --raw
    ask "SET GLOBAL event_scheduler = ON"
  } &
}

# rest_events: a node that takes no writes runs no events.
rest_events() {
  if [ "${events_of:-}" = - ]; then return; fi
  ask "SET GLOBAL event_scheduler = OFF" && events_of=-
}

# note_disabled_events: records which events are disabled on purpose, so that the next primary leaves them so.
note_disabled_events() {
  if [ "$(ask "SELECT EXISTS (SELECT 1 FROM $EVENTS WHERE (STATUS = 'DISABLED' AND d.event_name IS NULL)
      OR (STATUS = 'ENABLED' AND d.event_name IS NOT NULL))")" != 1 ] || ((SECONDS < ${next_note:-0})); then
    return
  fi
  # With semisync the write waits for a replica, and so would this script.
  next_note=$((SECONDS + 60))
  sql 0 <<SQL &
DELETE FROM $DISABLED_EVENTS WHERE (event_schema, event_name) IN
  (SELECT EVENT_SCHEMA, EVENT_NAME FROM information_schema.EVENTS WHERE STATUS = 'ENABLED');
INSERT IGNORE INTO $DISABLED_EVENTS SELECT EVENT_SCHEMA, EVENT_NAME FROM information_schema.EVENTS WHERE STATUS = 'DISABLED';
SQL
}
