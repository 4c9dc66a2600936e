<?php
// A service that knows people by phpCAS, as PHP's own server runs it: protocol, address and port of
// the platform, its authority and the port of the service come from the environment.
require_once 'CAS.php';

phpCAS::client(
    getenv('CAS_PROTOCOL') === '2' ? CAS_VERSION_2_0 : CAS_VERSION_3_0,
    '127.0.0.1',
    (int) getenv('CAS_PORT'),
    '/cas',
    'http://127.0.0.1:' . getenv('SERVICE_PORT')
);
phpCAS::setCasServerCACert(getenv('CAS_CA'));
phpCAS::handleLogoutRequests(true, ['127.0.0.1', 'localhost']);

if ($_SERVER['REQUEST_URI'] === '/peek') {
    echo phpCAS::isAuthenticated() ? phpCAS::getUser() : 'nobody';
    return;
}
if ($_SERVER['REQUEST_URI'] === '/out') {
    phpCAS::logoutWithRedirectService('http://127.0.0.1:' . getenv('SERVICE_PORT') . '/peek');
}
phpCAS::forceAuthentication();
header('Content-Type: application/json');
echo json_encode(['user' => phpCAS::getUser(), 'attributes' => phpCAS::getAttributes()]);
