<?php
/* The value of a variable, or of the file that a variable with the end _FILE names. */
function given(string $name, string $usual = ''): string {
  $file = getenv("{$name}_FILE");
  if ($file !== false && $file !== '') return rtrim(file_get_contents($file), "\r\n");
  $value = getenv($name);
  return $value === false || $value === '' ? $usual : $value;
}

define('DB_NAME', given('WORDPRESS_DB_NAME', 'wordpress'));
define('DB_USER', given('WORDPRESS_DB_USER', 'wordpress'));
define('DB_PASSWORD', given('WORDPRESS_DB_PASSWORD'));
define('DB_HOST', given('WORDPRESS_DB_HOST', 'mysql'));
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
  define("{$name}_KEY", given("WORDPRESS_{$name}_KEY"));
  define("{$name}_SALT", given("WORDPRESS_{$name}_SALT"));
}
$table_prefix = given('WORDPRESS_TABLE_PREFIX', 'wp_');

/* TLS ends before this server. */
if (str_contains($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '', 'https')) $_SERVER['HTTPS'] = 'on';

eval(given('WORDPRESS_CONFIG_EXTRA'));

defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
