package io.penstock.compose.config;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/**
 * Decides which values are shown to nobody. A key of our own records is hidden only if it is named
 * like a secret. The entries of a map come from outside, so that more of them is hidden: settings
 * that Kafka does not know or calls passwords, an engine's headers, and options that any word of
 * their names may make a secret. Rather too much is hidden than too little.
 */
public final class Secrets {

  static final String HIDDEN = "(hidden)";

  private static final String KAFKA = "kafka.settings.";
  private static final String REGISTRY = "schema.registry.";
  private static final String REGISTRY_TLS = REGISTRY + "ssl.";
  private static final String OPTIONS = ".options.";

  /** Wherever it stands in a name. */
  private static final Pattern NAMED_SO =
      Pattern.compile(
          ".*(passw|passphrase|secret|jaas|credential|bearer|private|apikey|accesskey"
              + "|licensekey|signature|cookie).*");

  /** As a word of a name; {@code tokens} are counted, and a {@code token} is presented. */
  private static final Set<String> WORDS =
      Set.of(
          "key", "keys", "token", "pass", "pwd", "pin", "auth", "authorization", "sas", "header");

  /** Where the secret is elsewhere: in a variable or a file. */
  private static final Pattern NAMED_FOR_ELSEWHERE = Pattern.compile(".*[-_.](env|file)");

  private static final Pattern BETWEEN_WORDS =
      Pattern.compile("[^A-Za-z]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");
  private static final Pattern USER_IN_ADDRESS = Pattern.compile("://[^/@\\s]+@");
  private static final Pattern QUERY_OF_ADDRESS = Pattern.compile("(://[^\\s?]+)\\?\\S+");

  private Secrets() {}

  /** Returns whether the value of this key must not be shown. */
  static boolean isSecret(String path) {
    if (path.startsWith(KAFKA)) {
      return isSecretOfKafka(path.substring(KAFKA.length()));
    }
    int options = path.indexOf(OPTIONS);
    return options < 0
        ? isNamedLikeOne(path)
        : isSecretOption(path.substring(options + OPTIONS.length()));
  }

  private static boolean isSecretOption(String option) {
    if (NAMED_FOR_ELSEWHERE.matcher(option.toLowerCase(Locale.ROOT)).matches()
        && !option.startsWith("header.")) {
      return false;
    }
    return isNamedLikeOne(option)
        || BETWEEN_WORDS
            .splitAsStream(option)
            .anyMatch(word -> WORDS.contains(word.toLowerCase(Locale.ROOT)));
  }

  private static boolean isNamedLikeOne(String name) {
    return NAMED_SO.matcher(name.toLowerCase(Locale.ROOT)).matches();
  }

  /** Returns whether a text is the secret itself, and does not say where that is. */
  public static boolean isLiteral(String path, String text) {
    return isSecret(path) && !text.isEmpty() && !ValueReferences.isIn(text);
  }

  private static boolean isSecretOfKafka(String registryOrKafka) {
    String setting =
        registryOrKafka.startsWith(REGISTRY_TLS)
            ? registryOrKafka.substring(REGISTRY.length())
            : registryOrKafka;
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

  /** An address as it may be shown, without its user, its password and its query. */
  public static String address(String text) {
    String withoutUser = USER_IN_ADDRESS.matcher(text).replaceAll("://" + HIDDEN + "@");
    return QUERY_OF_ADDRESS.matcher(withoutUser).replaceAll("$1?" + HIDDEN);
  }
}
