package io.penstock.workers.engine;

import io.penstock.schemas.text.Printable;
import java.util.Map;
import java.util.TreeMap;

/**
 * The engine that a worker runs and its options, as flags or a file give them.
 *
 * @param kind the engine's name: {@code embedding}, {@code openai}, {@code simulated}, or that of
 *     an {@link EngineProvider} in the folder of jars that {@code PENSTOCK_EXTENSIONS} names
 * @param options by name; {@link EngineProvider#options} lists them
 */
public record EngineSettings(String kind, Map<String, String> options) {

  /** An option without a name may be a key, so that messages show no more than this. */
  private static final int SHOWN = 4;

  public EngineSettings {
    options = Map.copyOf(options);
  }

  /**
   * Reads {@code key=value} pairs, as command-line flags give them.
   *
   * @throws IllegalArgumentException if a pair has no {@code =} or a key comes twice
   */
  public static EngineSettings of(String kind, Iterable<String> pairs) {
    Map<String, String> options = new TreeMap<>();
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "engine option '%s...' is not of the form key=value"
                .formatted(Printable.of(pair.substring(0, Math.min(SHOWN, pair.length())))));
      }
      String key = pair.substring(0, equals).strip();
      if (options.put(key, pair.substring(equals + 1).strip()) != null) {
        throw new IllegalArgumentException("engine option " + key + " is given twice");
      }
    }
    return new EngineSettings(kind, options);
  }

  /** Names the options only: values may be private. */
  @Override
  public String toString() {
    return "EngineSettings[" + kind + ", options " + new TreeMap<>(options).keySet() + "]";
  }
}
