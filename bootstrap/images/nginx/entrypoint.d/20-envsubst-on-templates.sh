#!/bin/sh
# Renders templates: each variable of the environment (those whose name NGINX_ENVSUBST_FILTER matches) is put in.
set -eu

log() { [ -n "${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ] || echo "$(basename "$0"): $*"; }

templates=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
names=$(awk -v filter="${NGINX_ENVSUBST_FILTER:-}" \
  'BEGIN { for (name in ENVIRON) if (name ~ /^[A-Za-z_][A-Za-z0-9_]*$/ && name ~ filter) printf "${%s} ", name }')

# render SUFFIX OUTPUT_DIR
render() {
  found=$(find "$templates" -follow -type f -name "*$1" | sort)
  [ -n "$found" ] || return 0
  mkdir -p "$2" 2>/dev/null || true
  if [ ! -w "$2" ]; then
    log "ERROR: $templates exists, but $2 is not writable"
    return 0
  fi
  printf '%s\n' "$found" | while read -r template; do
    relative=${template#"$templates"/}
    output=$2/${relative%"$1"}
    mkdir -p "$(dirname "$output")"
    log "$template to $output"
    envsubst "$names" <"$template" >"$output"
  done
}

[ -d "$templates" ] || exit 0
render "${NGINX_ENVSUBST_TEMPLATE_SUFFIX:-.template}" "${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}"

stream_suffix=${NGINX_ENVSUBST_STREAM_TEMPLATE_SUFFIX:-.stream-template}
stream_output=${NGINX_ENVSUBST_STREAM_OUTPUT_DIR:-/etc/nginx/stream-conf.d}
if [ -n "$(find "$templates" -follow -type f -name "*$stream_suffix")" ]; then
  render "$stream_suffix" "$stream_output"
  if [ -w /etc/nginx/nginx.conf ] && ! grep -q '^stream' /etc/nginx/nginx.conf; then
    printf 'stream {\n    include %s/*.conf;\n}\n' "$stream_output" >>/etc/nginx/nginx.conf
  fi
fi
