<?php
// For PHP's own server: uploads come from the state's folder, files from the installation, all else from WordPress.
$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
$root = $_SERVER['DOCUMENT_ROOT'];
if (str_starts_with($path, '/wp-content/')) {
    $file = getenv('WP_RUN') . $path;
    if (!str_contains($path, '..') && is_file($file) && !str_ends_with($file, '.php')) {
        $known = ['css' => 'text/css', 'js' => 'text/javascript', 'svg' => 'image/svg+xml'];
        $type = $known[pathinfo($file, PATHINFO_EXTENSION)] ?? mime_content_type($file);
        header("Content-Type: $type");
        header('Content-Length: ' . filesize($file));
        readfile($file);
        return true;
    }
} elseif (is_file($root . $path) || $path !== '/' && is_file(rtrim($root . $path, '/') . '/index.php')) {
    return false;
}
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = "$root/index.php";
chdir($root);
require "$root/index.php";
