package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An authority that signs certificates for the keys of a testkit's servers, by the JDK's keytool. */
final class Authority {
    private static final String PASSWORD = "of-a-test";

    private final Path folder;
    private int signed;

    private Authority(Path folder) {
        this.folder = folder;
    }

    static Authority found(Path folder) throws Exception {
        Authority authority = new Authority(folder);
        authority.keytool(
                "authority",
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=authority",
                "-ext",
                "bc:c");
        authority.keytool(
                "authority",
                "-exportcert",
                "-rfc",
                "-file",
                authority.certificate().toString());
        return authority;
    }

    /** In PEM, for those who are to trust it. */
    Path certificate() {
        return folder.resolve("authority.pem");
    }

    /**
     * Signs one for the key of a server on the loopback address.
     *
     * @param own the server's certificate, beside which its key is
     * @param from when it begins to be valid, as keytool has it
     * @return its file, beside the server's
     */
    Path sign(Path own, String from, int days) throws Exception {
        signed++;
        String server = "server-" + signed;
        KeyStore pair = KeyStore.getInstance("PKCS12");
        pair.load(null, null);
        pair.setKeyEntry(
                server, key(own.resolveSibling("server.key")), PASSWORD.toCharArray(), new Certificate[] {read(own)});
        try (OutputStream out = Files.newOutputStream(folder.resolve(server + ".p12"))) {
            pair.store(out, PASSWORD.toCharArray());
        }
        Path request = folder.resolve(server + ".csr");
        Path answer = folder.resolve(server + ".pem");
        keytool(server, "-certreq", "-file", request.toString());
        keytool(
                "authority",
                "-gencert",
                "-rfc",
                "-infile",
                request.toString(),
                "-outfile",
                answer.toString(),
                "-startdate",
                from,
                "-validity",
                Integer.toString(days),
                "-ext",
                "san=ip:127.0.0.1");
        // Where the servers' user may read it.
        Path beside = own.resolveSibling(server + ".crt");
        return Files.writeString(beside, Files.readString(answer));
    }

    private static PrivateKey key(Path pem) throws Exception {
        String base64 = Files.readString(pem).replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }

    private static Certificate read(Path pem) throws Exception {
        try (InputStream in = Files.newInputStream(pem)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    /** Of the store of this name. */
    private void keytool(String alias, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-alias", alias, "-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore"));
        command.add(folder.resolve(alias + ".p12").toString());
        Path output = folder.resolve("keytool.txt");
        Process keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = keytool.waitFor(60, TimeUnit.SECONDS);
        assertThat(ended && keytool.exitValue() == 0)
                .as("%s: %s", command, Files.readString(output))
                .isTrue();
    }
}
