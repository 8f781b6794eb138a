package io.penstock.workers.engine;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Takes an engine's options one by one; what nobody took is a mistake. */
final class EngineOptions {

  private final String kind;
  private final Map<String, String> left;
  private final Set<String> known = new TreeSet<>();

  EngineOptions(EngineSettings settings) {
    this.kind = settings.kind();
    this.left = new TreeMap<>(settings.options());
  }

  <T> Optional<T> parse(String key, Function<String, T> parser) {
    known.add(key);
    String value = left.remove(key);
    if (value == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(value));
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw new IllegalArgumentException(
          "engine %s: option %s=%s: %s".formatted(kind, key, value, e.getMessage()), e);
    }
  }

  int take(String key, int absent) {
    return parse(key, Integer::parseInt).orElse(absent);
  }

  double take(String key, double absent) {
    return parse(key, Double::parseDouble).orElse(absent);
  }

  Duration take(String key, Duration absent) {
    return parse(key, EngineOptions::duration).orElse(absent);
  }

  Optional<String> text(String key) {
    return parse(key, value -> value);
  }

  Optional<Path> path(String key) {
    return parse(key, Path::of);
  }

  Optional<URI> uri(String key) {
    return parse(
        key,
        value -> {
          try {
            return new URI(value);
          } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not an address", e);
          }
        });
  }

  <E extends Enum<E>> E oneOf(String key, E absent) {
    Class<E> type = absent.getDeclaringClass();
    return parse(key, value -> Enum.valueOf(type, value.toUpperCase(Locale.ROOT))).orElse(absent);
  }

  /** All options {@code prefix.NAME=value}, by name. */
  Map<String, String> family(String prefix) {
    known.add(prefix + ".NAME");
    Map<String, String> found =
        left.entrySet().stream()
            .filter(option -> option.getKey().startsWith(prefix + "."))
            .collect(
                Collectors.toMap(
                    option -> option.getKey().substring(prefix.length() + 1), Map.Entry::getValue));
    found.keySet().forEach(name -> left.remove(prefix + "." + name));
    return found;
  }

  /**
   * Says that all options have been taken.
   *
   * @throws IllegalArgumentException if an option is left that nobody took
   */
  void end() {
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          "engine %s has no option %s; it has %s"
              .formatted(kind, String.join(", ", left.keySet()), String.join(", ", known)));
    }
  }

  /** Such as {@code 250ms}, {@code 5s}, {@code 10m}, or ISO 8601's {@code PT5S}. */
  private static Duration duration(String text) {
    String value = text.toLowerCase(Locale.ROOT);
    if (value.matches("\\d{1,12}ms")) {
      return Duration.ofMillis(Long.parseLong(value.substring(0, value.length() - 2)));
    }
    if (value.matches("\\d{1,9}[smh]")) {
      return Duration.parse("PT" + value);
    }
    return Duration.parse(text);
  }
}
