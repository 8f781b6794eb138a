package io.penstock.schemas.extension;

import java.util.Map;
import java.util.TreeMap;

/**
 * An extension as the configuration names it.
 *
 * @param name the provider's name, such as {@code slack}
 * @param options what the extension is told, by key; keys are in kebab case. An option that is left
 *     out has the extension's own default
 */
public record Extension(String name, Map<String, String> options) {

  public Extension {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name is blank; give the name of an extension");
    }
    options = Map.copyOf(options);
  }

  /** An extension with its own defaults. */
  public static Extension named(String name) {
    return new Extension(name, Map.of());
  }

  /** The same with one option set. */
  public Extension with(String key, String value) {
    Map<String, String> more = new TreeMap<>(options);
    more.put(key, value);
    return new Extension(name, more);
  }
}
