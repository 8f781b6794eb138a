package io.penstock.schemas.extension;

import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** Creates extensions by name. The classpath decides which names there are. */
public final class Extensions {

  private Extensions() {}

  /**
   * Creates the extension that the configuration names.
   *
   * @param providers the extension point
   * @param setting the configuration key, for messages
   * @param create makes the extension; options that it leaves unread are a mistake
   * @throws IllegalArgumentException if no provider has the name, two have the same name, or an
   *     option is unknown or wrong
   */
  public static <P extends ExtensionProvider, T> T create(
      Class<P> providers, String setting, Extension extension, BiFunction<P, Options, T> create) {
    P provider = provider(providers, setting, extension);
    Options options = new Options(setting + " " + extension.name(), extension.options());
    T created = create.apply(provider, options);
    options.end();
    return created;
  }

  /**
   * The provider that the configuration names, whose options are not looked at.
   *
   * @throws IllegalArgumentException if no provider has the name, or two have the same name
   */
  public static <P extends ExtensionProvider> P provider(
      Class<P> providers, String setting, Extension extension) {
    SortedMap<String, P> known = known(providers);
    P provider = known.get(extension.name());
    if (provider == null) {
      throw new IllegalArgumentException(
          "%s is '%s'; it must be one of: %s. To add one, put the jar of its %s into a folder, and name that folder in PENSTOCK_EXTENSIONS"
              .formatted(
                  setting,
                  extension.name(),
                  String.join(", ", known.keySet()),
                  providers.getSimpleName()));
    }
    return provider;
  }

  /**
   * The providers of an extension point by name.
   *
   * @throws IllegalArgumentException if two have the same name or one cannot be loaded
   */
  public static <P extends ExtensionProvider> SortedMap<String, P> known(Class<P> providers) {
    SortedMap<String, P> known = new TreeMap<>();
    try {
      for (P provider : ServiceLoader.load(providers)) {
        P other = known.putIfAbsent(provider.name(), provider);
        if (other != null) {
          throw new IllegalArgumentException(
              "two extensions are called '%s': %s and %s; remove one of their jars"
                  .formatted(
                      provider.name(), other.getClass().getName(), provider.getClass().getName()));
        }
      }
    } catch (ServiceConfigurationError e) {
      throw new IllegalArgumentException(
          "an extension cannot be loaded: %s. Correct or remove its jar".formatted(e.getMessage()),
          e);
    }
    return known;
  }
}
