package io.penstock.compose.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigData;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigTransformer;
import org.apache.kafka.common.config.provider.ConfigProvider;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;

/**
 * Values that say where a secret is, in the notation of Kafka's configuration providers: {@code
 * ${file:PATH:KEY}} is a key of a properties file, {@code ${directory:PATH:NAME}} the whole of a
 * file NAME, as secrets are mounted, and {@code ${env:NAME}} a variable. They may stand in any
 * value, and in a part of one.
 */
public final class ValueReferences {

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(file|directory|env):[^}]*}");

  /** A file of one secret often ends with a line break, which is no part of it. */
  private static final class SecretFiles extends DirectoryConfigProvider {

    @Override
    public ConfigData get(String path, Set<String> keys) {
      Map<String, String> values = new HashMap<>();
      super.get(path, keys)
          .data()
          .forEach((key, value) -> values.put(key, value.replaceFirst("\\R\\z", "")));
      return new ConfigData(values);
    }
  }

  private ValueReferences() {}

  /** Returns whether a value says where it is, or a part of it. */
  static boolean isIn(String text) {
    return REFERENCE.matcher(text).find();
  }

  /**
   * The settings with what they refer to.
   *
   * @throws IllegalArgumentException naming the setting and what is not there
   */
  public static Map<String, String> resolve(Map<String, String> settings) {
    Map<String, String> resolved = new HashMap<>();
    settings.forEach(
        (name, value) -> {
          try {
            resolved.put(name, resolve(value));
          } catch (IllegalArgumentException missing) {
            throw new IllegalArgumentException(name + ": " + missing.getMessage(), missing);
          }
        });
    return resolved;
  }

  /** Does the same for all texts in a value; others stay. */
  static JsonNode resolve(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> JsonNodeFactory.instance.textNode(resolve(value.asText()));
      case OBJECT -> {
        ObjectNode resolved = JsonNodeFactory.instance.objectNode();
        value.properties().forEach(each -> resolved.set(each.getKey(), resolve(each.getValue())));
        yield resolved;
      }
      case ARRAY -> {
        ArrayNode resolved = JsonNodeFactory.instance.arrayNode();
        value.forEach(each -> resolved.add(resolve(each)));
        yield resolved;
      }
      default -> value;
    };
  }

  private static String resolve(String text) {
    if (!isIn(text)) {
      return text;
    }
    Map<String, ConfigProvider> providers =
        Map.of(
            "file", new FileConfigProvider(),
            "directory", new SecretFiles(),
            "env", new EnvVarConfigProvider());
    providers.values().forEach(provider -> provider.configure(Map.of()));
    String resolved;
    try {
      resolved = new ConfigTransformer(providers).transform(Map.of("", text)).data().get("");
    } catch (ConfigException unreadable) {
      throw missing(text, unreadable);
    }
    if (resolved == null || isIn(resolved)) {
      throw missing(resolved == null ? text : unresolved(text, resolved), null);
    }
    return resolved;
  }

  /** The reference that is left. What a secret holds itself is never named. */
  private static String unresolved(String text, String resolved) {
    return REFERENCE
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .filter(resolved::contains)
        .findFirst()
        .orElse("");
  }

  /** Names the reference and nothing around it, which may be a secret. */
  private static IllegalArgumentException missing(String text, Exception cause) {
    Matcher reference = REFERENCE.matcher(text);
    String named = reference.find() ? reference.group() : "a reference";
    return new IllegalArgumentException(
        "%s names nothing that is there; see that the file can be read and has the key, or that the variable is set"
            .formatted(named),
        cause);
  }
}
