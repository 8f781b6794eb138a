package io.penstock.workers.engine;

import io.penstock.schemas.extension.Options;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Finds the engine that the settings name among those on the class path, and creates it. */
public final class EngineFactory {

  private EngineFactory() {}

  /**
   * Creates and starts the engine. The caller closes it.
   *
   * @throws IllegalArgumentException if a setting is wrong; the message names it and what is
   *     allowed
   */
  public static Engine create(EngineSettings settings, InstantSource clock) {
    EngineProvider provider = provider(settings.kind());
    Options options = options(provider, settings.options());
    try {
      return complete(provider.create(options, clock), options);
    } catch (IllegalArgumentException e) {
      String prefix = "engine " + provider.name();
      String message = String.valueOf(e.getMessage());
      throw message.startsWith(prefix)
          ? e
          : new IllegalArgumentException(prefix + ": " + message, e);
    }
  }

  /** The engine, once it is sure that it has read every option that was set. */
  private static Engine complete(Engine engine, Options options) {
    try {
      options.end();
      return engine;
    } catch (IllegalArgumentException unread) {
      engine.close();
      throw unread;
    }
  }

  /**
   * Options of a provider's engine, for {@link EngineProvider#create}.
   *
   * @throws IllegalArgumentException if one is set that the engine does not have
   */
  public static Options options(EngineProvider provider, Map<String, String> values) {
    return Options.declared(
        "engine " + provider.name(),
        provider.options().stream().map(EngineOption::name).collect(Collectors.toSet()),
        values);
  }

  /**
   * The provider of the engine of this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static EngineProvider provider(String name) {
    List<EngineProvider> providers = providers();
    return providers.stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no engine '%s'; there are %s. Choose one of them, or put the jar of '%s' into a folder, and name that folder in PENSTOCK_EXTENSIONS"
                        .formatted(name, listed(providers), name)));
  }

  /**
   * The providers on the class path, by name.
   *
   * @throws IllegalArgumentException if one cannot be loaded or two have the same name
   */
  public static List<EngineProvider> providers() {
    List<EngineProvider> providers = new ArrayList<>();
    try {
      ServiceLoader.load(EngineProvider.class).forEach(providers::add);
    } catch (ServiceConfigurationError e) {
      throw new IllegalArgumentException(
          "an engine cannot be loaded: %s. Correct or remove its jar".formatted(e.getMessage()), e);
    }
    providers.sort(Comparator.comparing(EngineProvider::name));
    for (int i = 1; i < providers.size(); i++) {
      EngineProvider one = providers.get(i - 1);
      EngineProvider other = providers.get(i);
      if (one.name().equals(other.name())) {
        throw new IllegalArgumentException(
            "%s and %s both provide an engine named '%s'; remove one of their jars"
                .formatted(one.getClass().getName(), other.getClass().getName(), one.name()));
      }
    }
    return providers;
  }

  private static String listed(List<EngineProvider> providers) {
    List<String> names = providers.stream().map(EngineProvider::name).toList();
    int last = names.size() - 1;
    return last < 1
        ? String.join("", names)
        : names.subList(0, last).stream().collect(Collectors.joining(", ", "", " and "))
            + names.get(last);
  }
}
