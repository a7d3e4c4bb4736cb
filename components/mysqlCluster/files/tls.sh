#!/usr/bin/env bash
# Certificates that are renewed while MySQL runs. For node.sh, which loads them, and controller.sh, which waits until
# they are served.

# reload_certificates: makes MySQL load the files, at the start and whenever they have changed. Open connections keep
# the certificate that they began with. The files change one after the other: as long as key and certificate do not
# match, MySQL keeps the old ones, and this function tries again.
reload_certificates() {
  local file content files='' problem
  for file in ca.crt server.crt server.key; do
    content=''
    IFS= read -r -d '' content <"/run/secrets/$file"
    files+=$content
  done
  if [ "$files" = "${served:-}" ]; then return; fi
  if problem=$(ask "ALTER INSTANCE RELOAD TLS" 2>&1); then
    served=$files unserved=''
    echo "node: serving the certificate of /run/secrets/server.crt"
  elif [ "$problem" != "${unserved:-}" ]; then
    unserved=$problem
    echo "node: MySQL does not accept the certificate in /run/secrets: $problem"
  fi
}

# serves MEMBER FINGERPRINT: whether the member shows clients the certificate with this fingerprint (SHA-256, hex).
serves() {
  local shown
  shown=$(timeout 3 openssl s_client -starttls mysql -connect "$1:3306" </dev/null 2>/dev/null |
    openssl x509 -noout -fingerprint -sha256 2>/dev/null | tr -d ':' | tr '[:upper:]' '[:lower:]')
  [ "${shown#*=}" = "$2" ]
}

# is_served MEMBER=FINGERPRINT…: whether every member serves its certificate.
is_served() {
  local pair
  for pair in "$@"; do
    if ! serves "${pair%=*}" "${pair#*=}"; then
      say "${pair%=*} does not serve its certificate yet"
      return 1
    fi
  done
}
