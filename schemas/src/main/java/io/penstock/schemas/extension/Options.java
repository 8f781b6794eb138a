package io.penstock.schemas.extension;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
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
 * mistake in the configuration. Where it declares its options, one that it does not have is refused
 * before anything is created. Every method that meets a wrong value throws an {@link
 * IllegalArgumentException} that names the owner, the option, its value and what is allowed. An
 * instance belongs to one thread.
 */
public final class Options {

  private final String owner;
  private final Map<String, String> left;
  private final boolean declared;
  private final Set<String> known;

  /**
   * Options that nobody has taken yet.
   *
   * @param owner whose options they are, for messages: such as {@code engine vllm}
   */
  public Options(String owner, Map<String, String> options) {
    this(owner, options, false, Set.of());
  }

  private Options(String owner, Map<String, String> options, boolean declared, Set<String> known) {
    this.owner = owner;
    this.left = new TreeMap<>(options);
    this.declared = declared;
    this.known = new TreeSet<>(known);
  }

  /**
   * Options of an owner that lists those it has.
   *
   * @param names all its options; one that is set once for each of several things ends in a dot and
   *     a capitalised placeholder, such as {@code served-name.MODEL}
   * @throws IllegalArgumentException if one is set that it does not have
   */
  public static Options declared(String owner, Set<String> names, Map<String, String> options) {
    Options declared = new Options(owner, options, true, names);
    declared.refuse(
        options.keySet().stream()
            .filter(key -> names.stream().noneMatch(name -> isOf(name, key)))
            .sorted()
            .toList());
    return declared;
  }

  /** Returns whether a key sets an option, or one of a family such as {@code served-name.MODEL}. */
  private static boolean isOf(String name, String key) {
    int dot = name.indexOf('.');
    return dot < 0
        ? key.equals(name)
        : key.length() > dot + 1 && key.startsWith(name.substring(0, dot + 1));
  }

  /** An owner that reads an option it does not list would hide it from every help text. */
  private void know(String name) {
    if (known.add(name) && declared) {
      throw new IllegalStateException(
          "%s reads option %s, which it does not list".formatted(owner, name));
    }
  }

  /**
   * Takes an option.
   *
   * @param parser reads its value; an {@link IllegalArgumentException} says what is wrong with it
   * @return empty if the option is not set
   */
  public <T> Optional<T> parse(String key, Function<String, T> parser) {
    know(key);
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

  public long take(String key, long absent) {
    return parse(key, Options::longInteger).orElse(absent);
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
            throw new IllegalArgumentException(
                "write an address, such as http://127.0.0.1:8000", e);
          }
        });
  }

  public <E extends Enum<E>> E oneOf(String key, E absent) {
    return parse(key, value -> constant(absent.getDeclaringClass(), value)).orElse(absent);
  }

  /**
   * Takes the values of an option that is set once for each of several things, by the thing's name.
   *
   * @param name the option with a placeholder for the thing, such as {@code served-name.MODEL}
   */
  public Map<String, String> family(String name) {
    know(name);
    String prefix = name.substring(0, name.indexOf('.') + 1);
    Map<String, String> found =
        left.entrySet().stream()
            .filter(option -> isOf(name, option.getKey()))
            .collect(
                Collectors.toMap(
                    option -> option.getKey().substring(prefix.length()), Map.Entry::getValue));
    found.keySet().forEach(thing -> left.remove(prefix + thing));
    return found;
  }

  /**
   * Says that all options have been taken.
   *
   * @throws IllegalArgumentException if an option is left that nobody took
   */
  public void end() {
    if (declared && !left.isEmpty()) {
      throw new IllegalArgumentException(
          "%s does not read option %s; leave it out"
              .formatted(owner, String.join(", ", left.keySet())));
    }
    refuse(List.copyOf(left.keySet()));
  }

  private void refuse(List<String> unknown) {
    if (!unknown.isEmpty()) {
      String named = String.join(", ", unknown);
      throw new IllegalArgumentException(
          known.isEmpty()
              ? "%s has no options; remove %s".formatted(owner, named)
              : "%s has no option %s; it has %s".formatted(owner, named, String.join(", ", known)));
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

  private static long longInteger(String text) {
    try {
      return Long.parseLong(text);
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
