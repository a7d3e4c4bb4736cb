#!/bin/sh
# Fills the site's folder at the first start, as root or as the user of the container.
set -eu
if [ ! -e index.php ]; then
  cp -r /usr/src/wordpress/. .
  [ "$(id -u)" != 0 ] || chown -R www-data:www-data .
fi
mkdir -p "$APACHE_RUN_DIR" "$APACHE_LOCK_DIR"
exec "$@"
