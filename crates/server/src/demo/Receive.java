// Receives Punchcard's notifications, believes only what the platform signed, prints them and answers `success`. It needs
// nothing but a JDK (11 or newer):
//
//     java Receive.java           listens on 127.0.0.1:8090; another port is the first argument
//
// Then give http://127.0.0.1:8090/ to a call as its notify_url. A notification comes again until it is answered with
// `success`, and may come again after that: its notify_id tells.

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

public class Receive {
    static final String PUBLIC_KEY = "@ALIPAY_PUBLIC_KEY@";
    static final int BODY_BYTES_MAX = 1 << 20;
    static final Pattern HIDDEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");
    static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    // The members of a form, each byte one char: what is signed are the bytes in the message's own charset.
    static TreeMap<String, String> members(String body) {
        TreeMap<String, String> all = new TreeMap<>();
        for (String pair : body.split("&")) {
            String[] parts = pair.split("=", 2);
            String value = parts.length == 2 ? parts[1] : "";
            all.put(URLDecoder.decode(parts[0], StandardCharsets.ISO_8859_1),
                URLDecoder.decode(value, StandardCharsets.ISO_8859_1));
        }
        return all;
    }

    // All members but sign and sign_type, by name, as name=value with & between.
    static boolean isSigned(Map<String, String> all) throws GeneralSecurityException {
        String string = all.entrySet().stream()
            .filter(member -> !member.getKey().equals("sign") && !member.getKey().equals("sign_type"))
            .filter(member -> !member.getValue().isEmpty())
            .map(member -> member.getKey() + "=" + member.getValue())
            .collect(Collectors.joining("&"));
        PublicKey key = KeyFactory.getInstance("RSA")
            .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(PUBLIC_KEY)));
        boolean old = "RSA".equals(all.get("sign_type"));
        Signature signature = Signature.getInstance(old ? "SHA1withRSA" : "SHA256withRSA");
        signature.initVerify(key);
        signature.update(string.getBytes(StandardCharsets.ISO_8859_1));
        try {
            return signature.verify(Base64.getDecoder().decode(all.getOrDefault("sign", "")));
        } catch (GeneralSecurityException | IllegalArgumentException noSignature) {
            return false;
        }
    }

    // A text as a terminal may have it: what it obeys, what turns the direction of a text and what is not seen, as \\u….
    static String shown(String text) {
        return HIDDEN.matcher(text).replaceAll(found -> found.group().chars()
            .mapToObj(unit -> String.format("\\\\u%04x", unit)).collect(Collectors.joining()));
    }

    static void receive(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX);
        boolean good = false;
        try {
            TreeMap<String, String> all = members(new String(body, StandardCharsets.ISO_8859_1));
            good = isSigned(all);
            boolean gbk = "gbk".equalsIgnoreCase(all.get("charset"));
            Charset charset = gbk ? Charset.forName("GBK") : StandardCharsets.UTF_8;
            all.replaceAll((name, value) -> new String(value.getBytes(StandardCharsets.ISO_8859_1), charset));
            OUT.println(good ? "verified " + shown(all.toString())
                : "NOT SIGNED BY THE PLATFORM: compare with punchcard notify show ID --signed");
        } catch (GeneralSecurityException | IllegalArgumentException noForm) {
            OUT.println("NOT A NOTIFICATION: " + shown(String.valueOf(noForm.getMessage())));
        }
        byte[] answer = (good ? "success" : "fail").getBytes(StandardCharsets.ISO_8859_1);
        exchange.getResponseHeaders().set("Content-Type", "text/plain");
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    public static void main(String[] arguments) throws IOException {
        int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8090;
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/", Receive::receive);
        server.start();
        OUT.println("listening on http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }
}
