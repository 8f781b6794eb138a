package io.penstock.compose.config;

import io.penstock.compose.config.Slot.Followed;
import io.penstock.compose.config.Slot.Section;
import io.penstock.compose.config.Slot.Table;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A configuration in force: what a process runs by, and where each value came from.
 *
 * @param node the records
 * @param effective every key
 * @param file the file that was read, if there was one
 * @param leftOut entries that were set and do not count
 */
public record Configuration(
    NodeConfig node, List<Effective> effective, Optional<Path> file, List<LeftOut> leftOut) {

  public Configuration {
    effective = List.copyOf(effective);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * Reads all sources. Later ones win: defaults, the file, environment variables, {@code --set},
   * other options.
   *
   * @throws ConfigException if something is wrong, with all that is
   */
  public static Configuration read(ConfigSources sources, NodeConfig defaults) {
    List<Fault> faults = new ArrayList<>();
    Schema schema = Schema.of(defaults);
    Settings settings = new Settings(schema, faults);
    Optional<Path> file = sources.file();
    file.ifPresent(path -> new FileLayer(path, schema, settings, faults).read());
    sources.ignoredFileKeys().forEach(settings::forget);
    new VariableLayer(schema).read(sources.variables(), settings, faults);
    sources
        .options()
        .forEach(option -> settings.put(option.key(), option.value(), option.origin()));
    Object bound = new Binder(schema, settings, faults).bind();
    if (!faults.isEmpty()) {
      faults.sort(Comparator.comparingInt(Configuration::line));
      throw new ConfigException(faults);
    }
    List<Effective> effective = new ArrayList<>();
    new Shown(settings, effective).add(schema.root(), bound);
    return new Configuration((NodeConfig) bound, effective, file, settings.leftOut());
  }

  /** The defaults, where no source says anything. It spares the search for keys, and lists none. */
  public static Configuration unchanged(NodeConfig defaults) {
    return new Configuration(defaults, List.of(), Optional.empty(), List.of());
  }

  /** Returns whether an environment variable may set a key. */
  public static boolean isVariable(String name) {
    return VariableLayer.isOurs(name);
  }

  /** Returns what stands in no file comes after what does. */
  private static int line(Fault fault) {
    return fault.origin() instanceof Origin.InFile(Path _, int line) ? line : Integer.MAX_VALUE;
  }

  /**
   * The same, once it is sure that what it names is there: policies, the engine and the file of
   * models.
   *
   * @throws ConfigException if something is not, or has an option that is wrong
   */
  public Configuration withKnownNames() {
    return withKnownNames(node.roles());
  }

  /** The same for what these roles use. */
  public Configuration withKnownNames(Set<Role> roles) {
    List<Fault> faults = References.faults(this, roles);
    if (!faults.isEmpty()) {
      throw new ConfigException(faults);
    }
    return this;
  }

  /** The same with other parts. */
  public Configuration withRoles(Set<Role> others) {
    return new Configuration(node.toBuilder().roles(others).build(), effective, file, leftOut);
  }

  /** Returns whether somebody set this key. */
  public boolean isSet(String key) {
    return effective.stream().anyMatch(each -> each.key().equals(key) && each.isChanged());
  }

  /** Lists the values in force. */
  private record Shown(Settings settings, List<Effective> effective) {

    void add(Slot slot, Object value) {
      switch (slot) {
        case Section section -> {
          var components = section.type().getRecordComponents();
          for (int i = 0; i < components.length; i++) {
            add(section.parts().get(i), Records.value(components[i], value));
          }
        }
        case Table table ->
            table.parts().forEach((constant, part) -> add(part, ((Map<?, ?>) value).get(constant)));
        case Slot.Leaf key
            when value instanceof Map<?, ?> map && Values.isMap(key) && !map.isEmpty() ->
            entries(key, map);
        case Slot.Leaf key -> add(key.path(), Values.text(key, value), settings.of(key));
        case Followed followed ->
            effective.add(
                new Effective(
                    followed.path(),
                    Values.text(value),
                    new Origin.Follows(followed.rule().source())));
        case Slot.Fixed _ -> {}
      }
    }

    private void entries(Slot.Leaf key, Map<?, ?> map) {
      map.entrySet().stream()
          .sorted(Comparator.comparing(entry -> entry.getKey().toString()))
          .forEach(
              entry -> {
                String path = key.path() + "." + entry.getKey();
                Collection<Setting> given =
                    settings.of(key).stream().filter(each -> each.path().equals(path)).toList();
                add(path, String.valueOf(entry.getValue()), given);
              });
    }

    /** A value that says where it is, is shown as it was written. */
    private void add(String path, String text, Collection<Setting> given) {
      String shown =
          given.stream()
              .map(each -> each.value().asText())
              .filter(ValueReferences::isIn)
              .filter(_ -> !Secrets.isSecret(path))
              .findFirst()
              .orElseGet(() -> Secrets.shown(path, text));
      effective.add(new Effective(path, shown, origin(given)));
    }

    private static Origin origin(Collection<Setting> given) {
      return given.stream().findFirst().map(Setting::origin).orElseGet(Origin.Default::new);
    }
  }
}
