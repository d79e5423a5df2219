<?php
// Installs WordPress into an empty database and prints the users' lines of the env file. Argument: WordPress's folder.
define('WP_INSTALLING', true);
function wp_new_blog_notification() {}      // no mail
$_SERVER['HTTP_HOST'] = parse_url(getenv('WP_BASE'), PHP_URL_HOST);
require $argv[1] . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Test WordPress', 'admin', 'admin@example.org', true, '', 'admin-password');
foreach (['author', 'subscriber'] as $role) {
    wp_insert_user(['user_login' => $role, 'user_pass' => "$role-password", 'user_email' => "$role@example.org", 'role' => $role]);
}
update_option('permalink_structure', '/%postname%/');
flush_rewrite_rules();
update_option('default_ping_status', 'closed');
foreach (['admin', 'author', 'subscriber'] as $user) {
    [$password] = WP_Application_Passwords::create_new_application_password(get_user_by('login', $user)->ID, ['name' => 'publisher']);
    $name = strtoupper($user);
    echo "WP_{$name}_USER=$user\nWP_{$name}_APP_PASSWORD=$password\n";
}
