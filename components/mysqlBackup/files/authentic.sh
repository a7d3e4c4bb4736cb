#!/usr/bin/env bash
# Authenticates manifests. The last member of a manifest, hmac, is the HMAC-SHA256 of everything before it. Access to
# the folder alone does not give access to the key. A manifest contains its own place in the folder and the checksums of
# its data, so that no change, swap, removal or repetition goes unnoticed. Encrypted data is authenticated as it is
# stored: it is verified before it is decrypted.
#
# openssl takes an HMAC's key only as an argument, and every process of the machine can read arguments. So this script
# computes the two hashes of an HMAC (RFC 2104) itself.

# shellcheck source=values.sh
. "$(dirname "${BASH_SOURCE[0]}")/values.sh"

# bytes HEX MASK COUNT: prints COUNT bytes, padded with zeros, each combined with the mask by XOR.
bytes() {
  local block='' at
  for ((at = 0; at < 2 * $3; at += 2)); do
    printf -v block '%s\\x%02x' "$block" $((0x0${1:at:2} ^ $2))
  done
  printf '%b' "$block"
}

# hmac KEY: prints the HMAC of standard input. The key (at most 64 bytes) and the HMAC are in hex.
hmac() {
  local digest
  digest=$({ bytes "$1" 0x36 64; cat; } | sha256sum)
  digest=$({ bytes "$1" 0x5c 64; bytes "$digest" 0 32; } | sha256sum)
  echo "${digest%% *}"
}

# same CODE CODE: whether two HMACs are equal. The time that it takes does not depend on where they differ.
same() {
  local at differ=0
  [ ${#1} = ${#2} ] || return 1
  for ((at = 0; at < ${#1}; at++)); do
    [ "${1:at:1}" = "${2:at:1}" ] || differ=1
  done
  return $differ
}

# read_key FILE: sets $stack_key to the key of the file, in hex.
read_key() {
  stack_key=$(od -An -v -tx1 "$1" | tr -d ' \n')
  if [ -z "$stack_key" ]; then
    echo "error: the key in $1 cannot be read" >&2
    exit 1
  fi
}

# derived USE: prints the key for this use that is derived from $stack_key.
derived() { printf 'foobar backups: %s' "$1" | hmac "$stack_key"; }

# Backups keep the key that they were written with, so former keys are there, too: backup-key-GENERATION.
former_authentication_keys=() former_encryption_keys=()
for file in /run/secrets/backup-key-*; do
  [ -e "$file" ] || continue
  read_key "$file"
  former_authentication_keys+=("$(derived authentication)")
  former_encryption_keys+=("$(derived encryption)")
done
read_key /run/secrets/backup-key
authentication_key=$(derived authentication)
encryption_key=$(derived encryption)

# signed JSON: prints the object, which is one line, with its HMAC as the last member.
signed() { printf '%s,"hmac":"%s"}\n' "${1%\}}" "$(printf '%s' "$1" | hmac "$authentication_key")"; }

# find_keys BODY CODE: finds the key by which the code is the body's HMAC, and sets $found_encryption_key to the one that
# belongs to it. Fails if there is none.
find_keys() {
  local number
  found_encryption_key=$encryption_key
  if same "$2" "$(printf '%s' "$1" | hmac "$authentication_key")"; then return; fi
  for number in "${!former_authentication_keys[@]}"; do
    found_encryption_key=${former_encryption_keys[number]}
    if same "$2" "$(printf '%s' "$1" | hmac "${former_authentication_keys[number]}")"; then return; fi
  done
  return 1
}

# encryption_key_of JSON: prints the key that the data of this manifest is encrypted with.
encryption_key_of() {
  local code=${1##*,\"hmac\":\"}
  if find_keys "${1%,\"hmac\":\"*}\}" "${code%\"\}}"; then echo "$found_encryption_key"; else echo "$encryption_key"; fi
}

# Manifests that are known to be authentic: a long-running script examines the same ones again and again.
declare -A known=()

# examine FILE KIND: sets $text to the manifest's line, and $trust to authentic, unauthenticated (it has no HMAC, like
# the manifests of older versions of the program), foreign (of another stack), changed or missing. A symbolic link
# counts as missing, because it could lead anywhere.
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
    # shellcheck disable=SC2034 # For the caller.
    if find_keys "$body" "${code%\"\}}" && [ "$(field "$body" kind)" = "$2" ]; then
      trust=authentic known[$2 $text]=yes
    fi
  fi
}
