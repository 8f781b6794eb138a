package io.penstock.compose.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/**
 * Which values are shown to nobody: those of Kafka's passwords, of settings that Kafka does not
 * know, of an engine's headers, and whatever is named like a secret.
 */
public final class Secrets {

  static final String HIDDEN = "(hidden)";

  private static final String KAFKA = "kafka.settings.";
  private static final Pattern NAMED_SO =
      Pattern.compile(
          ".*(passw|secret|jaas|credential|token|private|passphrase|apikey|api-key|api_key|\\.header\\.).*");

  /** Where the secret is elsewhere, and counts and sizes. */
  private static final Pattern NAMED_FOR_ELSEWHERE =
      Pattern.compile(".*(-env|-file|tokens|tokenspersecond|firsttoken|\\.light\\.share)");

  private static final Pattern USER_IN_ADDRESS = Pattern.compile("://[^/@\\s]+@");

  private Secrets() {}

  /** Whether the value of this key must not be shown. */
  static boolean isSecret(String path) {
    if (path.startsWith(KAFKA)) {
      return isSecretOfKafka(path.substring(KAFKA.length()));
    }
    String lower = path.toLowerCase(Locale.ROOT);
    return NAMED_SO.matcher(lower).matches() && !NAMED_FOR_ELSEWHERE.matcher(lower).matches();
  }

  private static boolean isSecretOfKafka(String setting) {
    return known(ConsumerConfig.configDef(), setting)
        .or(() -> known(ProducerConfig.configDef(), setting))
        .or(() -> known(AdminClientConfig.configDef(), setting))
        .map(key -> key.type() == ConfigDef.Type.PASSWORD)
        .orElse(true);
  }

  private static Optional<ConfigKey> known(ConfigDef definitions, String setting) {
    return Optional.ofNullable(definitions.configKeys().get(setting));
  }

  /** A value as it may be shown. */
  static String shown(String path, String text) {
    return isSecret(path) && !text.isEmpty() ? HIDDEN : address(text);
  }

  /** An address as it may be shown, without its user and password. */
  public static String address(String text) {
    return USER_IN_ADDRESS.matcher(text).replaceAll("://" + HIDDEN + "@");
  }
}
