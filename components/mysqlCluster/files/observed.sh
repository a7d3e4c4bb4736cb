#!/usr/bin/env bash
# The state of this node and of the others, as node.sh has observed it. node.sh's modules decide by these variables, and
# set none of them.
# shellcheck disable=SC2034
: "${MEMBER:?}" "${REPLICATION:?}" "${WITHOUT_REPLICA?}" "${ARBITER:?}"

# This node, as look() saw it last. The newest primary term that it knows: its number, and the member promoted in it.
term=0 promoted=-
# Why it is out of its place (-: it is in its place).
problem=-
# Its state and role in a group, and whether it sees a majority there.
group=NONE role=- majority=0
# Outside a group: the member that it replicates from (-: none), whether it applies, whether it both receives and
# applies, why its replication cannot continue by itself (-: it can), and why it cannot apply (-: it can).
source=- applies=0 follows=0 broken=- cannot_apply=-

# Its accounts, each as account:mark:digest (passwords.sh).
accounts=-

# The other members, as survey() saw them last: of those that answer how many primary terms they know (0: they have no
# data), whether they take writes, their state in a group, and whether that group has this node.
declare -gA holds=() writable=() grouped=() sees=()
# Those that do not answer.
declare -ga silent=()
