#!/usr/bin/env bash
# Named time zones, as the image has them. For node.sh.

ZONES=/usr/share/zoneinfo

# complete_time_zones: loads the zones into MySQL's tables, if these have none or those of another version. Each node
# does it by itself, without the binary log. One transaction replaces all, so that no session sees a part. A clone has
# the zones of its donor, and their version with them.
complete_time_zones() {
  local version
  if [ -n "${zoned:-}" ]; then return; fi
  zoned=yes
  if [ ! -d "$ZONES" ] || ! command -v mysql_tzinfo_to_sql >/dev/null; then
    echo "node: named time zones are missing, because this image has no $ZONES or no mysql_tzinfo_to_sql"
    return
  fi
  # Its first line: # version 2026a
  read -r _ _ version _ 2>/dev/null <"$ZONES/tzdata.zi"
  version=${version//[^A-Za-z0-9.]/}
  if [ "$(ask "SELECT version FROM $TIME_ZONES" 2>/dev/null)" = "${version:=unknown}" ]; then return; fi
  {
    echo "CREATE TABLE IF NOT EXISTS $TIME_ZONES (version VARCHAR(64) NOT NULL PRIMARY KEY); USE mysql; START TRANSACTION;"
    mysql_tzinfo_to_sql "$ZONES" 2>/dev/null | sed 's/^TRUNCATE TABLE/DELETE FROM/; /^START TRANSACTION;$/d; /^COMMIT;$/d'
    echo "DELETE FROM $TIME_ZONES; INSERT INTO $TIME_ZONES VALUES ('$version'); COMMIT;"
  } | unlogged patiently && echo "node: the named time zones of the image are loaded" || zoned=''
}

# A slow disk takes longer than a statement of this script usually may.
patiently() { sql 600; }
