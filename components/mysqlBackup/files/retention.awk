# Decides which full backups, chains and segments are removed, for retain.sh. It reads facts, a line each, and prints a
# line for each thing to remove. It depends on nothing else.
#
#   backup TRUST NAME CHAIN ARCHIVED   a full backup, the newest first; ARCHIVED is the last segment before it
#   chain NAME                         a chain in the archive
#   segment CHAIN NUMBER               a segment; each chain's segments in their order
#
# The result consists of lines `backup NAME`, `chain NAME` and `segment CHAIN NUMBER`. `keep` is the number of full
# backups that stay.

# Authentic backups come first, so that possible forgeries never push them out.
$1 == "backup" && $2 == "authentic" { backup[++backups] = $3 " " $4 " " $5 }
$1 == "backup" && $2 == "unauthenticated" { older[++olders] = $3 " " $4 " " $5 }
# A backup whose manifest was changed may need any chain, if somebody repairs the manifest.
$1 == "backup" && $2 != "authentic" && $2 != "unauthenticated" { unclear++ }
$1 == "chain" { chain[++chains] = $2 }
# The last segment of a chain always stays, because it marks the end of the archive.
$1 == "segment" { segment[++segments] = $2 " " $3; last[$2] = $3 }

END {
  for (i = 1; i <= olders; i++) backup[++backups] = older[i]
  for (i = 1; i <= backups; i++) {
    split(backup[i], of, " ")
    if (i > keep) print "backup", of[1]
    # The least one counts: a backup's name says little about its place in the archive if the clock was put back.
    else if (!(of[2] in needless) || of[3] + 0 < needless[of[2]]) needless[of[2]] = of[3] + 0
  }
  for (i = 1; i <= chains; i++) if (!(chain[i] in needless) && !unclear) print "chain", chain[i]
  for (i = 1; i <= segments; i++) {
    split(segment[i], of, " ")
    if (of[1] in needless && of[2] + 0 <= needless[of[1]] && of[2] != last[of[1]]) print "segment", of[1], of[2]
  }
}
