#!/usr/bin/env bash
# What node.sh has found out about this node and the others: its modules decide by these variables, and set none of them.
# shellcheck disable=SC2034
: "${MEMBER:?}" "${REPLICATION:?}" "${WITHOUT_REPLICA?}" "${ARBITER:?}"

# This node, as look() saw it last. The newest primary term that it knows: its number, and the member promoted in it.
term=0 promoted=-
# What keeps it from its place (-: nothing).
problem=-
# Its state and role in a group, and whether it sees a majority there.
group=NONE role=- majority=0
# The member that it replicates from outside a group (-: none), whether it applies, whether it also receives, and why
# that cannot go on by itself (-: it can); of that, why it cannot apply.
source=- applies=0 follows=0 broken=- cannot_apply=-

# The other members, as survey() saw them last: of those that answer how many primary terms they know (0: they have no
# data), whether they take writes, their state in a group, and whether that group has this node.
declare -gA holds=() writable=() grouped=() sees=()
# Those that do not answer.
declare -ga silent=()
