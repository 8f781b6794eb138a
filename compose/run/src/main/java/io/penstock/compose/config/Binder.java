package io.penstock.compose.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.config.Slot.Fixed;
import io.penstock.compose.config.Slot.Followed;
import io.penstock.compose.config.Slot.Leaf;
import io.penstock.compose.config.Slot.Section;
import io.penstock.compose.config.Slot.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes the records from what was given. Where a value or a record is refused, the default takes
 * its place, so that the rest is looked at, too.
 */
final class Binder {

  private final Schema schema;
  private final Settings settings;
  private final List<Fault> faults;
  private final Map<String, @Nullable Object> made = new HashMap<>();
  private final Set<String> refused = new HashSet<>();

  Binder(Schema schema, Settings settings, List<Fault> faults) {
    this.schema = schema;
    this.settings = settings;
    this.faults = faults;
  }

  /** The whole, which counts only if there are no faults. */
  Object bind() {
    return java.util.Objects.requireNonNull(value(schema.root()));
  }

  /** The value at a slot, made once. */
  @Nullable Object value(Slot slot) {
    if (!made.containsKey(slot.path())) {
      made.put(slot.path(), make(slot));
    }
    return made.get(slot.path());
  }

  private @Nullable Object make(Slot slot) {
    return switch (slot) {
      case Section section -> section(section);
      case Table table -> table(table);
      case Leaf key -> key(key);
      case Followed followed -> followed(followed);
      case Fixed fixed -> fixed.usual();
    };
  }

  private @Nullable Object followed(Followed followed) {
    Slot source = schema.at(followed.rule().source()).orElseThrow();
    Object said = value(source);
    return said == null ? null : followed.rule().value().apply(said);
  }

  private Map<Object, Object> table(Table table) {
    Map<Object, Object> values = new LinkedHashMap<>();
    table.parts().forEach((constant, part) -> values.put(constant, value(part)));
    return values;
  }

  private Object section(Section section) {
    List<@Nullable Object> values = new ArrayList<>();
    section.parts().forEach(part -> values.add(value(part)));
    try {
      return Records.make(section.type(), values);
    } catch (IllegalArgumentException e) {
      if (isNews(section, e)) {
        faults.add(refusal(section, e));
      }
      refused.add(section.path());
      return section.usual();
    }
  }

  /**
   * Returns whether a refusal is not merely what another fault has led to: of defaults that took
   * the place of a section, or of a key that the constructor speaks of.
   */
  private boolean isNews(Section section, IllegalArgumentException refusal) {
    List<String> within = refused.stream().filter(path -> isWithin(path, section.path())).toList();
    if (within.stream().anyMatch(path -> schema.at(path).orElse(null) instanceof Section)) {
      return false;
    }
    return within.isEmpty()
        || spokenOf(section, String.valueOf(refusal.getMessage())).stream()
            .anyMatch(path -> origin(path).isPresent() && !refused.contains(path));
  }

  private static boolean isWithin(String path, String section) {
    return section.isEmpty() || path.startsWith(section + ".");
  }

  private @Nullable Object key(Leaf key) {
    Collection<Setting> given = settings.of(key);
    if (given.isEmpty()) {
      return key.usual();
    }
    return Values.isMap(key) ? map(key, given) : one(key, given.iterator().next());
  }

  private @Nullable Object map(Leaf key, Collection<Setting> given) {
    Map<Object, Object> entries = new LinkedHashMap<>();
    if (key.usual() instanceof Map<?, ?> usual) {
      entries.putAll(usual);
    }
    for (Setting each : given) {
      JsonNode written = each.value();
      if (!each.entry().isEmpty()) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.set(each.entry(), written.isNull() ? entry.textNode("") : written);
        written = entry;
      }
      if (read(key, each, written) instanceof Map<?, ?> some) {
        entries.putAll(some);
      }
    }
    return entries;
  }

  private @Nullable Object one(Leaf key, Setting setting) {
    Object value = read(key, setting, setting.value());
    Path folder =
        setting.origin() instanceof Origin.InFile(Path file, int _)
            ? file.toAbsolutePath().getParent()
            : Path.of("").toAbsolutePath();
    return Values.from(folder, value);
  }

  private @Nullable Object read(Leaf key, Setting setting, JsonNode written) {
    JsonNode value;
    try {
      value = ValueReferences.resolve(written);
    } catch (IllegalArgumentException e) {
      refuse(setting, "%s: %s".formatted(setting.path(), e.getMessage()));
      return key.usual();
    }
    try {
      return Values.read(key, value);
    } catch (IllegalArgumentException e) {
      String reason = e.getMessage();
      refuse(setting, "%s is %s; %s".formatted(setting.path(), shown(setting, written), reason));
      return key.usual();
    }
  }

  private static String shown(Setting setting, JsonNode written) {
    if (Secrets.isSecret(setting.path())) {
      return Secrets.HIDDEN;
    }
    return switch (written.getNodeType()) {
      case NULL -> "empty";
      case ARRAY -> "a list";
      case OBJECT ->
          setting.entry().isEmpty() ? "a map" : "'%s'".formatted(setting.value().asText());
      default -> "'%s'".formatted(Secrets.shown(setting.path(), written.asText()));
    };
  }

  private void refuse(Setting setting, String message) {
    refused.add(setting.key().path());
    faults.add(new Fault(setting.origin(), message));
  }

  /** Names the keys that a record's constructor speaks of, and where they were set. */
  private Fault refusal(Section section, IllegalArgumentException error) {
    String message = DurationText.humanise(String.valueOf(error.getMessage()));
    List<String> spokenOf = spokenOf(section, message);
    Map<String, Origin> set = new LinkedHashMap<>();
    spokenOf.forEach(path -> origin(path).ifPresent(origin -> set.put(path, origin)));
    Origin first =
        set.values().stream().findFirst().or(() -> within(section)).orElseGet(Origin.Default::new);
    String others =
        set.entrySet().stream()
            .skip(1)
            .map(each -> "%s: %s".formatted(each.getKey(), each.getValue()))
            .collect(Collectors.joining(", "));
    String prefix =
        section.path().isEmpty() || message.startsWith(section.path() + ".")
            ? ""
            : section.path() + ": ";
    return new Fault(first, prefix + message + (others.isEmpty() ? "" : " (" + others + ")"));
  }

  private List<String> spokenOf(Section section, String message) {
    List<String> found = new ArrayList<>();
    collect(section, section, message, found);
    return found;
  }

  private static void collect(Section root, Section section, String message, List<String> found) {
    for (Slot part : section.parts()) {
      String inner =
          root.path().isEmpty() ? part.path() : part.path().substring(root.path().length() + 1);
      String last = part.path().substring(part.path().lastIndexOf('.') + 1);
      boolean named = names(message, inner) || (section.equals(root) && names(message, last));
      switch (part) {
        case Leaf key when named -> found.add(key.path());
        case Followed followed when named -> found.add(followed.path());
        case Section deeper -> collect(root, deeper, message, found);
        case Table table -> {
          for (Section deeper : table.parts().values()) {
            collect(root, deeper, message, found);
          }
        }
        default -> {}
      }
    }
  }

  private static boolean names(String message, String name) {
    return Pattern.compile("(?<![\\w.])" + Pattern.quote(name) + "(?!\\w)").matcher(message).find();
  }

  /** Where a key was set, or the one that it follows. */
  private Optional<Origin> origin(String path) {
    return schema
        .at(path)
        .filter(Followed.class::isInstance)
        .map(slot -> ((Followed) slot).rule().source())
        .map(settings::origin)
        .orElseGet(() -> settings.origin(path));
  }

  private Optional<Origin> within(Section section) {
    return settings.all().stream()
        .filter(setting -> isWithin(setting.path(), section.path()))
        .map(Setting::origin)
        .findFirst();
  }
}
