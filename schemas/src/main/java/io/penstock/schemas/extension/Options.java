package io.penstock.schemas.extension;

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
import java.util.stream.Stream;

/**
 * An extension's options. The extension takes them one by one; an option that it never takes is a
 * mistake in the configuration. For one thread.
 */
public final class Options {

  private final String owner;
  private final Map<String, String> left;
  private final Set<String> known = new TreeSet<>();

  /**
   * Options that nobody has taken yet.
   *
   * @param owner whose options they are, for messages: such as {@code engine vllm}
   */
  public Options(String owner, Map<String, String> options) {
    this.owner = owner;
    this.left = new TreeMap<>(options);
  }

  /**
   * Takes an option.
   *
   * @param parser reads its value; an {@link IllegalArgumentException} says what is wrong with it
   * @return empty if the option is not set
   */
  public <T> Optional<T> parse(String key, Function<String, T> parser) {
    known.add(key);
    String value = left.remove(key);
    if (value == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(value));
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw new IllegalArgumentException(
          "%s: option %s=%s: %s".formatted(owner, key, value, e.getMessage()), e);
    }
  }

  public int take(String key, int absent) {
    return parse(key, Options::integer).orElse(absent);
  }

  public double take(String key, double absent) {
    return parse(key, Options::number).orElse(absent);
  }

  /**
   * Takes a duration such as {@code 250ms}, {@code 5s}, {@code 10m}, {@code 6h} or {@code PT5S}.
   */
  public Duration take(String key, Duration absent) {
    return parse(key, Options::duration).orElse(absent);
  }

  public Optional<String> text(String key) {
    return parse(key, value -> value);
  }

  public Optional<Path> path(String key) {
    return parse(key, Path::of);
  }

  public Optional<URI> uri(String key) {
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

  public <E extends Enum<E>> E oneOf(String key, E absent) {
    return parse(key, value -> constant(absent.getDeclaringClass(), value)).orElse(absent);
  }

  /** Takes all options {@code prefix.NAME=value}, by name. */
  public Map<String, String> family(String prefix) {
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
  public void end() {
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          known.isEmpty()
              ? "%s has no options; remove %s".formatted(owner, String.join(", ", left.keySet()))
              : "%s has no option %s; it has %s"
                  .formatted(owner, String.join(", ", left.keySet()), String.join(", ", known)));
    }
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String text) {
    for (E each : type.getEnumConstants()) {
      if (each.name().equalsIgnoreCase(text)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        Stream.of(type.getEnumConstants())
            .map(each -> each.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", ", "write one of: ", "")));
  }

  private static int integer(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("write a whole number, such as 3", e);
    }
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("write a number, such as 0.5", e);
    }
  }

  private static Duration duration(String text) {
    String value = text.toLowerCase(Locale.ROOT);
    if (value.matches("\\d{1,12}ms")) {
      return Duration.ofMillis(Long.parseLong(value.substring(0, value.length() - 2)));
    }
    try {
      return Duration.parse(value.matches("\\d{1,9}[smh]") ? "PT" + value : text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("write a duration, such as 250ms, 5s, 10m or 6h", e);
    }
  }
}
