<?php
// One installation for many states: the environment names the state's folder, the site's address and the database's socket.
$run = getenv('WP_RUN');
$base = getenv('WP_BASE');
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:' . getenv('WP_SOCKET'));
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
    define("{$name}_KEY", "test-$name-key");
    define("{$name}_SALT", "test-$name-salt");
}
$table_prefix = 'wp_';
define('WP_HOME', $base);
define('WP_SITEURL', $base);
define('WP_CONTENT_DIR', "$run/wp-content");
define('WP_CONTENT_URL', "$base/wp-content");
define('WP_ENVIRONMENT_TYPE', 'local');     // allows application passwords over plain http
define('WP_HTTP_BLOCK_EXTERNAL', true);     // nothing leaves this machine
define('WP_ACCESSIBLE_HOSTS', '127.0.0.1,localhost');
define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISABLE_WP_CRON', true);
define('FS_METHOD', 'direct');
define('WP_DEBUG', false);
if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
