#!/usr/bin/env bash
# Who wrote a manifest. Its last member, hmac, is the HMAC-SHA256 of all before it, by a key that no one has who can only
# write the folder. A manifest says where it belongs and names the checksums of its data; so nothing can be changed,
# swapped, dropped or repeated without being noticed. What is encrypted is authenticated as it is stored: it is verified
# before it is decrypted.
#
# openssl takes an HMAC's key as an argument only, and arguments can be read by every process of the machine. So the two
# hashes that an HMAC consists of (RFC 2104) are made here.

# shellcheck source=values.sh
. "$(dirname "${BASH_SOURCE[0]}")/values.sh"

# bytes HEX MASK COUNT: so many bytes, zeros where there are no more, each with the mask.
bytes() {
  local block='' at
  for ((at = 0; at < 2 * $3; at += 2)); do
    printf -v block '%s\\x%02x' "$block" $((0x0${1:at:2} ^ $2))
  done
  printf '%b' "$block"
}

# hmac KEY: of standard input; key (at most 64 bytes) and code in hex.
hmac() {
  local digest
  digest=$({ bytes "$1" 0x36 64; cat; } | sha256sum)
  digest=$({ bytes "$1" 0x5c 64; bytes "$digest" 0 32; } | sha256sum)
  echo "${digest%% *}"
}

# same CODE CODE: takes as long wherever they differ.
same() {
  local at differ=0
  [ ${#1} = ${#2} ] || return 1
  for ((at = 0; at < ${#1}; at++)); do
    [ "${1:at:1}" = "${2:at:1}" ] || differ=1
  done
  return $differ
}

# Keys are derived from the one in the stack's state, one for each use.
stack_key=$(od -An -v -tx1 /run/secrets/backup-key | tr -d ' \n')
if [ -z "$stack_key" ]; then
  echo "error: the key in /run/secrets/backup-key cannot be read" >&2
  exit 1
fi
authentication_key=$(printf 'foobar backups: authentication' | hmac "$stack_key")
# For store.sh.
# shellcheck disable=SC2034
encryption_key=$(printf 'foobar backups: encryption' | hmac "$stack_key")

# signed JSON: an object in one line, with its code as the last member.
signed() { printf '%s,"hmac":"%s"}\n' "${1%\}}" "$(printf '%s' "$1" | hmac "$authentication_key")"; }

# What has been found to be authentic; a long-running script looks at the same manifests again and again.
declare -A known=()

# examine FILE KIND: $text is its line, and $trust says what to think of it: authentic; unauthenticated (it has no code, as
# those that older versions of the program wrote); foreign (of another stack); changed; missing. A link is no file: it
# could lead anywhere.
examine() {
  local code body stack
  text='' trust=missing
  if [ ! -f "$1" ] || [ -L "$1" ]; then return; fi
  text=$(tr -d '\0' <"$1")
  trust=changed
  if [[ $text != \{*\} || $text == *$'\n'* ]]; then return; fi
  stack=$(field "$text" stack)
  if ! all_are stack "$text" stack; then return; fi
  if [ "${stack:-$STACK}" != "$STACK" ]; then
    trust=foreign
  elif [[ $text != *,\"hmac\":\"*\"\} ]]; then
    trust=unauthenticated
  elif [ -n "${known[$2 $text]:-}" ]; then
    trust=authentic
  else
    body=${text%,\"hmac\":\"*}\} code=${text##*,\"hmac\":\"}
    # shellcheck disable=SC2034 # for who asks
    if same "${code%\"\}}" "$(printf '%s' "$body" | hmac "$authentication_key")" && [ "$(field "$body" kind)" = "$2" ]; then
      trust=authentic known[$2 $text]=yes
    fi
  fi
}
