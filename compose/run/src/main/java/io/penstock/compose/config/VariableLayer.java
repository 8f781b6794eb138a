package io.penstock.compose.config;

import io.penstock.compose.config.Slot.Leaf;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The keys of environment variables: {@code dispatch.shard.leaseTimeout} is {@code
 * PENSTOCK_DISPATCH_SHARD_LEASE_TIMEOUT}.
 */
final class VariableLayer {

  static final String PREFIX = "PENSTOCK_";

  /** Variables that are no keys: of the launcher, and of the commands that look for a cluster. */
  private static final Set<String> OTHERS =
      Set.of(
          "PENSTOCK_CONFIG",
          "PENSTOCK_JAVA_OPTS",
          "PENSTOCK_KAFKA",
          "PENSTOCK_REGISTRY",
          "PENSTOCK_PREFIX");

  /** Kubernetes sets these in every pod for a service whose name begins with "penstock". */
  private static final Pattern OF_KUBERNETES =
      Pattern.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT_\\d+_(TCP|UDP|SCTP)(_.*)?)");

  private static final Pattern WORD_BEGINS = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  private final Map<String, Leaf> keys = new LinkedHashMap<>();
  private final List<String> names;
  private final Schema schema;

  VariableLayer(Schema schema) {
    this.schema = schema;
    schema.keys().forEach(key -> keys.put(name(key.path()), key));
    names = keys.keySet().stream().map(each -> each.substring(PREFIX.length())).toList();
  }

  static boolean isOurs(String name) {
    return name.startsWith(PREFIX) && !OTHERS.contains(name);
  }

  /** The variable of a key. */
  static String name(String path) {
    return PREFIX
        + WORD_BEGINS
            .matcher(path)
            .replaceAll("_")
            .replace('.', '_')
            .replace('-', '_')
            .toUpperCase(Locale.ROOT);
  }

  void read(Map<String, String> variables, Settings settings, List<Fault> faults) {
    for (Map.Entry<String, String> variable : new TreeMap<>(variables).entrySet()) {
      String name = variable.getKey();
      Leaf key = keys.get(name);
      if (ofKubernetes(name, variable.getValue()) || OTHERS.contains(name)) {
        continue;
      }
      if (key != null) {
        settings.put(key.path(), variable.getValue(), new Origin.Variable(name));
      } else if (name.startsWith(PREFIX)) {
        fault(name).ifPresent(faults::add);
      }
    }
  }

  private static boolean ofKubernetes(String name, String value) {
    return name.startsWith(PREFIX)
        && (OF_KUBERNETES.matcher(name).matches() || value.startsWith("tcp://"));
  }

  /** A variable that is like ours or named after one of our sections was meant for us. */
  private Optional<Fault> fault(String name) {
    Optional<String> meant =
        Suggestion.of(name.substring(PREFIX.length()), names).map(PREFIX::concat);
    boolean ofSection =
        schema.root().parts().stream().anyMatch(part -> name.startsWith(name(part.path()) + "_"));
    if (meant.isEmpty() && !ofSection) {
      return Optional.empty();
    }
    return Optional.of(
        new Fault(
            new Origin.Variable(name),
            "there is no key of this name; "
                + meant
                    .map("did you mean %s?"::formatted)
                    .orElse("'penstock config show' lists all keys")));
  }
}
