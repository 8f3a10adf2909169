<?php
// Receives Punchcard's notifications, believes only what the platform signed, prints them and answers `success`. It needs
// nothing but PHP with openssl:
//
//     php -S 127.0.0.1:8090 receive.php
//
// Then give http://127.0.0.1:8090/ to a call as its notify_url. A notification comes again until it is answered with
// `success`, and may come again after that: its notify_id tells.

const PUBLIC_KEY = '@ALIPAY_PUBLIC_KEY@';

// The members of a form, as bytes: what is signed are the bytes in the message's own charset. $_POST would change names.
function members(string $body): array
{
    $all = [];
    foreach (array_filter(explode('&', $body), 'strlen') as $pair) {
        [$name, $value] = explode('=', $pair, 2) + [1 => ''];
        $all[urldecode($name)] = urldecode($value);
    }
    return $all;
}

// All members but sign and sign_type, by name, as name=value with & between.
function is_signed(array $all): bool
{
    $signed = array_filter($all, fn ($value, $name) =>
        $name !== 'sign' && $name !== 'sign_type' && $value !== '', ARRAY_FILTER_USE_BOTH);
    ksort($signed, SORT_STRING);
    $parts = [];
    foreach ($signed as $name => $value) {
        $parts[] = "$name=$value";
    }
    $pem = "-----BEGIN PUBLIC KEY-----\n" . chunk_split(PUBLIC_KEY, 64, "\n") . "-----END PUBLIC KEY-----\n";
    $algorithm = ($all['sign_type'] ?? '') === 'RSA' ? OPENSSL_ALGO_SHA1 : OPENSSL_ALGO_SHA256;
    return openssl_verify(implode('&', $parts), base64_decode($all['sign'] ?? ''), $pem, $algorithm) === 1;
}

$all = members(file_get_contents('php://input', false, null, 0, 1 << 20));
$good = is_signed($all);
// JSON as a terminal may have it: characters that it obeys, that turn the direction of a text or that are not seen, as \u….
// json_encode takes U+007F for one that is seen.
$shown = preg_replace_callback('/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u',
    fn ($found) => $found[0] === "\x7f" ? '\u007f' : trim(json_encode($found[0]), '"'),
    json_encode($all, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE));
$text = $good
    ? "verified $shown"
    : 'NOT SIGNED BY THE PLATFORM: compare with punchcard notify show ID --signed';
file_put_contents('php://stderr', "$text\n");
header('Content-Type: text/plain');
echo $good ? 'success' : 'fail';
