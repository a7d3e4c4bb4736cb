#!/bin/bash
# Makes Debian's nginx take the configuration files and paths of the official build: stream and mail are built in
# there, and relative paths start at /etc/nginx. nginx knows only one -g, so ours goes before the caller's in it.
globals='load_module /usr/lib/nginx/modules/ngx_stream_module.so; load_module /usr/lib/nginx/modules/ngx_mail_module.so;'
prefix=(-p /etc/nginx/)
options=()
while (($# > 0)); do
  case "$1" in
    -g)
      globals+=" ${2-}"
      shift
      ;;
    -g*) globals+=" ${1#-g}" ;;
    -p*)
      prefix=()
      options+=("$1")
      ;;
    *) options+=("$1") ;;
  esac
  (($# == 0)) || shift
done

exec -a nginx /usr/libexec/nginx/nginx "${prefix[@]}" "${options[@]}" -g "$globals"
