#!/usr/bin/env bash
# Certificates that are renewed while MySQL runs. For node.sh, and for controller.sh, which sees to it that they are served.

# reload_certificates: has MySQL take what the files hold, at the start and whenever they have changed. Connections that are
# open go on with what they began with. The files change one after the other: where key and certificate do not fit together
# MySQL goes on with those that it has, and this tries again.
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
    echo "node: the files in /run/secrets are no certificate that MySQL takes: $problem"
  fi
}

# serves MEMBER FINGERPRINT: whether it is that certificate (SHA-256, hex) that a client is shown.
serves() {
  local shown
  shown=$(timeout 3 openssl s_client -starttls mysql -connect "$1:3306" </dev/null 2>/dev/null |
    openssl x509 -noout -fingerprint -sha256 2>/dev/null | tr -d ':' | tr '[:upper:]' '[:lower:]')
  [ "${shown#*=}" = "$2" ]
}

# is_served MEMBER=FINGERPRINT…: whether each of them serves the certificate that it has been given.
is_served() {
  local pair
  for pair in "$@"; do
    if ! serves "${pair%=*}" "${pair#*=}"; then
      say "${pair%=*} does not serve its certificate yet"
      return 1
    fi
  done
}
