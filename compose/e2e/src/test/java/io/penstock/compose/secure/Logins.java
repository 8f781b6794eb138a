package io.penstock.compose.secure;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.cli.CliHarness;
import io.penstock.compose.secure.SecureCluster.Listener;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Ways to log in, and what is wrong with those that fail. */
abstract class Logins {

  private final SecureUsers users;

  Logins(SecureUsers users) {
    this.users = users;
  }

  @Test
  void whoeverPresentsATokenIsServedToo() throws Exception {
    Map<String, String> settings = new HashMap<>(users.cluster().ofToken("setup"));
    settings.putAll(users.cluster().ofRegistry());
    Path config =
        users
            .cluster()
            .configuration(
                "token",
                users.cluster().bootstrap(Listener.SECURED),
                users.cluster().registryUrl(),
                settings,
                "");
    users.cli(0, "topics", "apply", "--config", config.toString());
  }

  @Test
  void eachFaultOfSecurityIsNamedWithItsRemedy() throws Exception {
    Map<String, String> usual = users.cluster().settings("operator");
    refused(
        Listener.SECURED,
        with(
            usual,
            "sasl.jaas.config",
            usual
                .get("sasl.jaas.config")
                .replace(SecureCluster.password("operator"), "the-password-of-none")),
        "Kafka refused the credentials",
        "kafka.settings.sasl.jaas.config");
    refused(
        Listener.SECURED,
        with(usual, "sasl.mechanism", "PLAIN")
            .changed(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"a\""
                    + " password=\"the-password-of-none\";"),
        "does not take this way to log in",
        "kafka.settings.sasl.mechanism");
    refused(
        Listener.SECURED,
        new Changed(usual).changed("sasl.jaas.config", null).settings(),
        "no Kafka client can be made of kafka.settings",
        "give kafka.settings.sasl.jaas.config");
    refused(
        Listener.SECURED,
        with(usual, "ssl.truststore.location", users.cluster().stranger().toString()),
        "not signed by an authority that this process trusts",
        "kafka.settings.ssl.truststore.location");
    refused(Listener.EXPIRED, usual, "has expired", "renew it");
    refused(
        Listener.ELSEWHERE, usual, "is not for the host that was called", "kafka.bootstrapServers");
    refused(
        Listener.SECURED,
        with(usual, "ssl.truststore.location", "/nowhere.pem"),
        "no Kafka client can be made of kafka.settings",
        "/nowhere.pem");
    refused(
        Listener.SECURED,
        with(usual, "basic.auth.user.info", "penstock:the-password-of-none"),
        "the schema registry answered 401",
        "kafka.settings.basic.auth.user.info");
    refused(
        Listener.SECURED,
        new Changed(usual)
            .changed("schema.registry.ssl.truststore.location", null)
            .changed("schema.registry.ssl.truststore.password", null)
            .changed("schema.registry.ssl.truststore.type", null)
            .settings(),
        "the certificate of the schema registry is not signed",
        "kafka.settings.schema.registry.ssl.truststore.location");
  }

  private void refused(Listener listener, Changed settings, String fault, String remedy)
      throws Exception {
    refused(listener, settings.settings(), fault, remedy);
  }

  private void refused(Listener listener, Map<String, String> settings, String fault, String remedy)
      throws Exception {
    Path config =
        users
            .cluster()
            .configuration(
                "refused",
                users.cluster().bootstrap(listener),
                users.cluster().registryUrl(),
                settings,
                "");
    CliHarness cli = users.cli(3, "models", "list", "--config", config.toString());
    assertThat(cli.err()).contains(fault).contains(remedy).doesNotContain("the-password");
  }

  private static Changed with(Map<String, String> usual, String name, String value) {
    return new Changed(usual).changed(name, value);
  }

  /** Settings with some changed, or left out. */
  private record Changed(Map<String, String> settings) {

    Changed changed(String name, @Nullable String value) {
      Map<String, String> changed = new HashMap<>(settings);
      if (value == null) {
        changed.remove(name);
      } else {
        changed.put(name, value);
      }
      return new Changed(changed);
    }
  }
}
