package io.penstock.compose.secure;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes certificates with the JDK's own tool, signed by an authority of their own. */
final class TestCertificates {

  static final String PASSWORD = "the-password-of-the-store";

  private final Path folder;
  private final Path authority;

  TestCertificates(Path folder) throws Exception {
    this.folder = Files.createDirectories(folder);
    this.authority = authority("authority");
  }

  private Path authority(String name) throws Exception {
    Path store = folder.resolve(name + ".p12");
    keytool(
        store,
        List.of(
            "-genkeypair", "-alias", "ca", "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "bc"));
    return store;
  }

  /**
   * Makes one for the host that tests call.
   *
   * @return the keystore, in PKCS12
   */
  Path good(String name) throws Exception {
    return make(name, "ip:127.0.0.1", "-startdate", "-1d", "-validity", "30");
  }

  Path expired(String name) throws Exception {
    return make(name, "ip:127.0.0.1", "-startdate", "-3d", "-validity", "1");
  }

  Path ofAnotherHost(String name) throws Exception {
    return make(name, "dns:kafka.example", "-startdate", "-1d", "-validity", "30");
  }

  private Path make(String name, String host, String... validity) throws Exception {
    Path store = folder.resolve(name + ".p12");
    Files.copy(authority, store);
    List<String> command =
        new ArrayList<>(
            List.of("-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", "CN=" + name));
    command.addAll(List.of("-signer", "ca", "-ext", "san=" + host));
    command.addAll(List.of(validity));
    keytool(store, command);
    keytool(store, List.of("-delete", "-alias", "ca"));
    return store;
  }

  /** The certificate of the authority, as clients trust it. */
  Path trusted() throws Exception {
    return exported(authority);
  }

  /** The certificate of an authority that signed none of these. */
  Path stranger() throws Exception {
    return exported(authority("stranger"));
  }

  private static Path exported(Path store) throws Exception {
    Path file = store.resolveSibling(store.getFileName() + ".pem");
    keytool(store, List.of("-exportcert", "-rfc", "-alias", "ca", "-file", file.toString()));
    return file;
  }

  /** A trust store of a certificate, for whoever takes no PEM. */
  Path store(Path certificate) throws Exception {
    Path store = folder.resolve("trust.p12");
    keytool(
        store,
        List.of("-importcert", "-noprompt", "-alias", "ca", "-file", certificate.toString()));
    return store;
  }

  private static void keytool(Path store, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(arguments);
    command.addAll(
        List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException("keytool failed: " + output);
    }
  }
}
