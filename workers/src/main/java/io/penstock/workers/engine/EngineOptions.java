package io.penstock.workers.engine;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The options of one engine, read from the text of the settings. Every method that meets a wrong
 * value throws an {@link IllegalArgumentException} that names the engine, the option, its value and
 * what is allowed.
 */
public final class EngineOptions {

  private final String engine;
  private final List<EngineOption> known;
  private final Map<String, String> values;

  /**
   * Takes the options for the engine of a provider.
   *
   * @throws IllegalArgumentException if one is set that the engine does not have
   */
  public EngineOptions(EngineProvider provider, Map<String, String> values) {
    this.engine = provider.name();
    this.known = List.copyOf(provider.options());
    this.values = new TreeMap<>(values);
    List<String> unknown =
        this.values.keySet().stream()
            .filter(name -> known.stream().noneMatch(option -> option.takes(name)))
            .toList();
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "engine %s has no option %s; it has %s"
              .formatted(engine, String.join(", ", unknown), names()));
    }
  }

  private String names() {
    return known.isEmpty()
        ? "none"
        : known.stream().map(EngineOption::name).sorted().collect(Collectors.joining(", "));
  }

  /**
   * Reads an option in a form of its own.
   *
   * @param parser throws {@link IllegalArgumentException} with what is allowed
   */
  public <T> Optional<T> parse(String name, Function<String, T> parser) {
    requireKnown(name);
    String value = values.get(name);
    if (value == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(value));
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw new IllegalArgumentException(
          "engine %s: option %s=%s: %s".formatted(engine, name, value, e.getMessage()), e);
    }
  }

  public Optional<String> text(String name) {
    return parse(name, value -> value);
  }

  public int integer(String name, int absent) {
    return parse(name, value -> number(value, Integer::valueOf, "a whole number")).orElse(absent);
  }

  public long longInteger(String name, long absent) {
    return parse(name, value -> number(value, Long::valueOf, "a whole number")).orElse(absent);
  }

  public double decimal(String name, double absent) {
    return parse(name, value -> number(value, Double::valueOf, "a number")).orElse(absent);
  }

  /**
   * A length of time, such as {@code 250ms}, {@code 5s}, {@code 10m} or ISO 8601's {@code PT5S}.
   */
  public Duration duration(String name, Duration absent) {
    return parse(name, EngineOptions::durationOf).orElse(absent);
  }

  public Optional<Path> path(String name) {
    return parse(name, Path::of);
  }

  public Optional<URI> address(String name) {
    return parse(name, EngineOptions::addressOf);
  }

  /** One of an enum's constants, in lower case. */
  public <E extends Enum<E>> E oneOf(String name, E absent) {
    Class<E> type = absent.getDeclaringClass();
    return parse(name, value -> constant(type, value)).orElse(absent);
  }

  /** The values of an option that is set once for each of several things, by the thing's name. */
  public Map<String, String> family(String name) {
    EngineOption option = requireKnown(name);
    return values.entrySet().stream()
        .filter(value -> option.takes(value.getKey()))
        .collect(
            Collectors.toMap(
                value -> value.getKey().substring(option.prefix().length()), Map.Entry::getValue));
  }

  /** A provider that reads an option it does not list would hide it from every help text. */
  private EngineOption requireKnown(String name) {
    return known.stream()
        .filter(option -> option.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "engine %s reads option %s, which its provider does not list"
                        .formatted(engine, name)));
  }

  private static <N> N number(String value, Function<String, N> parser, String wanted) {
    try {
      return parser.apply(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("must be " + wanted, e);
    }
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String value) {
    List<E> constants = Arrays.asList(type.getEnumConstants());
    return constants.stream()
        .filter(constant -> constant.name().equalsIgnoreCase(value))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    constants.stream()
                        .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(" or ", "must be ", ""))));
  }

  private static URI addressOf(String value) {
    try {
      return new URI(value);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("must be an address such as http://127.0.0.1:8000", e);
    }
  }

  private static Duration durationOf(String text) {
    String value = text.toLowerCase(Locale.ROOT);
    if (value.matches("\\d{1,12}ms")) {
      return Duration.ofMillis(Long.parseLong(value.substring(0, value.length() - 2)));
    }
    if (value.matches("\\d{1,9}[smh]")) {
      return Duration.parse("PT" + value);
    }
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("must be a time such as 250ms, 5s or 10m", e);
    }
  }
}
