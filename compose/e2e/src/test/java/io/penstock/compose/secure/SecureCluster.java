package io.penstock.compose.secure;

import io.penstock.compose.access.AccessRights;
import io.penstock.compose.access.AccessRole;
import io.penstock.compose.access.AclAdmin;
import io.penstock.compose.access.Right;
import io.penstock.compose.kafka.EmbeddedKafka;
import io.penstock.compose.kafka.EmbeddedKafkaConfig;
import io.penstock.compose.kafka.LoopbackPorts;
import io.penstock.compose.registry.RegistryConfig;
import io.penstock.compose.registry.RegistryDistribution;
import io.penstock.compose.registry.RegistryProcess;
import io.penstock.compose.registry.RegistryStorage;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.routing.DefaultReplyTopics;
import io.penstock.schemas.topics.TopicNames;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * A Kafka that denies what nobody was granted, with a listener of SASL_SSL for users of SCRAM and
 * of OAUTHBEARER, and a registry that keeps its schemas there behind TLS and a password. Further
 * listeners have certificates that are not in order. Whoever comes by the plain listener of
 * loopback is its administrator.
 */
final class SecureCluster implements AutoCloseable {

  static final TopicNames NAMES = new TopicNames("guarded.");
  static final String REGISTRY_PASSWORD = "the-password-of-the-registry";

  private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule";
  private static final String OAUTH =
      "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule";
  private static final String UNSECURED =
      "org.apache.kafka.common.security.oauthbearer.internals.unsecured.OAuthBearerUnsecured";
  private static final int MAX_RECORD_BYTES = 20 * 1024 * 1024;

  /** The listeners for clients, each with a certificate of its own. */
  enum Listener {
    SECURED,
    EXPIRED,
    ELSEWHERE
  }

  private final Path folder;
  private final Map<Listener, Integer> ports = new HashMap<>();
  private final Path trusted;
  private final Path stranger;
  private final Path trust;
  private final EmbeddedKafka kafka;
  private final RegistryProcess registry;
  private final SecureRegistry guard;

  SecureCluster(Path folder) throws Exception {
    this.folder = folder;
    TestCertificates certificates = new TestCertificates(folder.resolve("certificates"));
    List<Integer> free = LoopbackPorts.free(Listener.values().length + 2);
    Map<Listener, Path> stores = new HashMap<>();
    stores.put(Listener.SECURED, certificates.good("secured"));
    stores.put(Listener.EXPIRED, certificates.expired("expired"));
    stores.put(Listener.ELSEWHERE, certificates.ofAnotherHost("elsewhere"));
    Iterator<Integer> next = free.iterator();
    for (Listener each : Listener.values()) {
      ports.put(each, next.next());
    }
    trusted = certificates.trusted();
    stranger = certificates.stranger();
    trust = certificates.store(trusted);
    int plain = next.next();
    kafka =
        new EmbeddedKafka(
            new EmbeddedKafkaConfig(
                folder.resolve("kafka"),
                plain,
                MAX_RECORD_BYTES,
                Optional.empty(),
                properties(plain, free.getLast(), stores)));
    kafka.start();
    user("registry");
    grant(AccessRole.REGISTRY, "registry");
    registry =
        new RegistryProcess(
            new RegistryConfig(
                RegistryDistribution.find(),
                folder.resolve("registry"),
                0,
                new RegistryStorage.OnKafka(
                    bootstrap(Listener.SECURED), NAMES.prefix(), ofKafka("registry"))));
    registry.start(Duration.ofMinutes(4));
    guard =
        new SecureRegistry(
            stores.get(Listener.SECURED),
            URI.create(registry.url()),
            "penstock:" + REGISTRY_PASSWORD);
  }

  private Map<String, String> properties(int plain, int controller, Map<Listener, Path> stores) {
    Map<String, String> properties = new HashMap<>();
    StringBuilder client = new StringBuilder("PLAINTEXT://127.0.0.1:" + plain);
    StringBuilder protocols = new StringBuilder("PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    ports.forEach(
        (listener, port) -> {
          client.append(",%s://127.0.0.1:%d".formatted(listener, port));
          protocols.append(",%s:SASL_SSL".formatted(listener));
          String prefix =
              "listener.name.%s.".formatted(listener.toString().toLowerCase(Locale.ROOT));
          properties.put(prefix + "ssl.keystore.location", stores.get(listener).toString());
          properties.put(prefix + "ssl.keystore.password", TestCertificates.PASSWORD);
          properties.put(prefix + "ssl.keystore.type", "PKCS12");
          properties.put(prefix + "sasl.enabled.mechanisms", "SCRAM-SHA-512,OAUTHBEARER");
          properties.put(prefix + "scram-sha-512.sasl.jaas.config", SCRAM + " required;");
          properties.put(
              prefix + "oauthbearer.sasl.jaas.config",
              OAUTH + " required unsecuredLoginStringClaim_sub=\"broker\";");
          properties.put(
              prefix + "oauthbearer.sasl.server.callback.handler.class",
              UNSECURED + "ValidatorCallbackHandler");
          properties.put(
              prefix + "oauthbearer.sasl.login.callback.handler.class",
              UNSECURED + "LoginCallbackHandler");
        });
    properties.put("listeners", "%s,CONTROLLER://127.0.0.1:%d".formatted(client, controller));
    properties.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
    properties.put("advertised.listeners", client.toString());
    properties.put("listener.security.protocol.map", protocols.toString());
    properties.put("authorizer.class.name", RecordingAuthorizer.class.getName());
    properties.put("super.users", "User:ANONYMOUS");
    return properties;
  }

  String bootstrap(Listener listener) {
    return "127.0.0.1:" + ports.get(listener);
  }

  /** Where the administrator connects. */
  ClusterConnection administrator() {
    return new ClusterConnection(kafka.bootstrapServers(), registry.url());
  }

  String registryUrl() {
    return guard.url();
  }

  /** The certificate of an authority that signed no listener's. */
  Path stranger() {
    return stranger;
  }

  /** The password of a user, which no log may show. */
  static String password(String user) {
    return "the-password-of-" + user;
  }

  /** Makes a user of SCRAM. */
  void user(String name) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      UserScramCredentialAlteration made =
          new UserScramCredentialUpsertion(
              name, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), password(name));
      admin.alterUserScramCredentials(List.of(made)).all().get();
    }
  }

  static List<Right> rights(AccessRole role) {
    return AccessRights.of(role, NAMES, DefaultReplyTopics.STANDARD);
  }

  void grant(AccessRole role, String user) {
    try (AclAdmin acls = new AclAdmin(new ClusterConnection(kafka.bootstrapServers(), "none"))) {
      acls.grant(rights(role), "User:" + user);
    }
  }

  /** The settings of a user's Kafka clients. */
  Map<String, String> ofKafka(String user) {
    Map<String, String> settings = new HashMap<>();
    settings.put("security.protocol", "SASL_SSL");
    settings.put("sasl.mechanism", "SCRAM-SHA-512");
    settings.put(
        "sasl.jaas.config",
        "%s required username=\"%s\" password=\"%s\";".formatted(SCRAM, user, password(user)));
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", trusted.toString());
    return settings;
  }

  /** The settings of a user who presents a token. */
  Map<String, String> ofToken(String user) {
    Map<String, String> settings = ofKafka(user);
    settings.put("sasl.mechanism", "OAUTHBEARER");
    settings.put(
        "sasl.jaas.config",
        "%s required unsecuredLoginStringClaim_sub=\"%s\";".formatted(OAUTH, user));
    settings.put("sasl.login.callback.handler.class", UNSECURED + "LoginCallbackHandler");
    return settings;
  }

  /** The settings of the registry's clients. */
  Map<String, String> ofRegistry() {
    return Map.of(
        "schema.registry.ssl.truststore.location",
        trust.toString(),
        "schema.registry.ssl.truststore.type",
        "PKCS12",
        "schema.registry.ssl.truststore.password",
        TestCertificates.PASSWORD,
        "basic.auth.credentials.source",
        "USER_INFO",
        "basic.auth.user.info",
        "penstock:" + REGISTRY_PASSWORD);
  }

  /** All settings of a user. */
  Map<String, String> settings(String user) {
    Map<String, String> settings = new HashMap<>(ofKafka(user));
    settings.putAll(ofRegistry());
    return settings;
  }

  ClusterConnection connection(String user) {
    return new ClusterConnection(bootstrap(Listener.SECURED), registryUrl(), settings(user));
  }

  /**
   * Writes a configuration with these settings, whose secrets lie in files of their own.
   *
   * @param more further lines of the configuration
   */
  Path configuration(
      String name, String kafka, String url, Map<String, String> settings, String more)
      throws Exception {
    Path secrets = Files.createDirectories(folder.resolve("secrets-" + name));
    StringBuilder text = new StringBuilder(more);
    text.append("topics: {names: {prefix: %s}}\n".formatted(NAMES.prefix()));
    text.append("registry: {url: '%s'}\nkafka:\n  bootstrapServers: %s\n".formatted(url, kafka));
    text.append("  settings:\n");
    for (Map.Entry<String, String> each : settings.entrySet()) {
      String value = each.getValue();
      if (each.getKey().matches(".*(jaas|password|user.info).*")) {
        Files.writeString(secrets.resolve(each.getKey()), value + "\n");
        value = "${directory:%s:%s}".formatted(secrets, each.getKey());
      }
      text.append("    %s: '%s'\n".formatted(each.getKey(), value));
    }
    Path file = folder.resolve(name + ".yaml");
    Files.writeString(file, text);
    return file;
  }

  Path configuration(String user, String more) throws Exception {
    return configuration(user, bootstrap(Listener.SECURED), registryUrl(), settings(user), more);
  }

  @Override
  public void close() {
    guard.close();
    registry.close();
    kafka.close();
  }
}
