package io.penstock.compose.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.penstock.compose.config.Slot.Followed;
import io.penstock.compose.config.Slot.Leaf;
import io.penstock.compose.config.Slot.Section;
import io.penstock.compose.config.Slot.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Collects what was given from one place after another; what comes later wins. Faults are
 * collected, too, so that all of them are told at once.
 */
final class Settings {

  private static final Pattern COMMA = Pattern.compile(",");

  private final Schema schema;
  private final List<Fault> faults;

  /** By key, the later ones behind the earlier. */
  private final Map<String, List<Setting>> settings = new LinkedHashMap<>();

  Settings(Schema schema, List<Fault> faults) {
    this.schema = schema;
    this.faults = faults;
  }

  /** Gives a key a value; a map's value replaces the entries it names. */
  void put(Leaf key, JsonNode value, Origin origin) {
    if (Values.isMap(key) && value.isObject()) {
      value.properties().forEach(entry -> putEntry(key, entry.getKey(), entry.getValue(), origin));
    } else {
      put(new Setting(key, "", value, origin));
    }
  }

  /** Gives one entry of a map a value. */
  void putEntry(Leaf map, String entry, JsonNode value, Origin origin) {
    put(new Setting(map, entry, value, origin));
  }

  private void put(Setting setting) {
    settings.computeIfAbsent(setting.key().path(), _ -> new ArrayList<>()).add(setting);
  }

  /** Gives the key at a path a value that stands on one line, as variables and options do. */
  void put(String path, String text, Origin origin) {
    Optional<Slot> slot = schema.at(path);
    if (slot.isPresent() && slot.get() instanceof Leaf key) {
      value(key, text, origin).ifPresent(value -> put(key, value, origin));
      return;
    }
    Optional<Leaf> map = mapAbove(path);
    if (map.isPresent()) {
      String entry = path.substring(map.get().path().length() + 1);
      putEntry(map.get(), entry, JsonNodeFactory.instance.textNode(text), origin);
      return;
    }
    refuse(path, origin);
  }

  /** The map whose entry this path is. */
  private Optional<Leaf> mapAbove(String path) {
    return schema.keys().stream()
        .filter(key -> Values.isMap(key) && path.startsWith(key.path() + "."))
        .findFirst();
  }

  /** Lists may be written {@code a,b}, and lists and maps as in the file. */
  private Optional<JsonNode> value(Leaf key, String text, Origin origin) {
    if (!Values.isMap(key) && !Values.isList(key)) {
      return Optional.of(
          key.optional() && text.isEmpty()
              ? JsonNodeFactory.instance.nullNode()
              : JsonNodeFactory.instance.textNode(text));
    }
    if (Values.isList(key) && !text.strip().startsWith("[")) {
      ArrayNode list = JsonNodeFactory.instance.arrayNode();
      COMMA.splitAsStream(text).map(String::strip).filter(s -> !s.isEmpty()).forEach(list::add);
      return Optional.of(list);
    }
    try {
      Node parsed = YamlText.parse(text);
      return Optional.of(
          parsed == null ? JsonNodeFactory.instance.objectNode() : YamlText.value(parsed));
    } catch (YAMLException | IllegalArgumentException e) {
      faults.add(
          new Fault(
              origin,
              "%s cannot be read; it must be %s, written as in the file"
                  .formatted(key.path(), Values.described(key))));
      return Optional.empty();
    }
  }

  /** Says that there is no key at a path, and which may have been meant. */
  void refuse(String path, Origin origin) {
    faults.add(new Fault(origin, refusal(path)));
  }

  private String refusal(String path) {
    Slot slot = schema.at(path).orElse(null);
    return switch (slot) {
      case Followed(String _, Agreement rule, Object _) ->
          "%s has no value of its own; set %s, and both agree".formatted(path, rule.source());
      case Section section ->
          "%s is a section; give its keys, such as %s"
              .formatted(path, section.parts().getFirst().path());
      case Table table ->
          "%s is a section; give its keys, such as %s"
              .formatted(path, table.parts().values().iterator().next().path());
      case null, default -> "there is no key %s; %s".formatted(path, suggestion(path));
    };
  }

  private String suggestion(String path) {
    Collection<String> known = schema.keys().stream().map(Leaf::path).toList();
    Collection<String> sections =
        schema.root().parts().stream().map(Slot::path).filter(each -> !each.isEmpty()).toList();
    return Suggestion.elsewhere(path, known)
        .or(() -> Suggestion.of(path, known))
        .or(() -> Suggestion.of(path, sections))
        .map("did you mean %s?"::formatted)
        .orElse("'penstock config show' lists all keys");
  }

  /** Returns what counts for a key: nothing, one setting, or one for each entry of a map. */
  Collection<Setting> of(Leaf key) {
    Map<String, Setting> last = new LinkedHashMap<>();
    for (Setting each : given(key.path())) {
      if (counts(each)) {
        last.put(each.entry(), each);
      }
    }
    return last.values();
  }

  private boolean counts(Setting setting) {
    return leftOut(setting).isEmpty();
  }

  private Optional<LeftOut> leftOut(Setting setting) {
    return OptionOwner.of(setting.key())
        .map(rule -> rule.pathOfName(setting.key()))
        .flatMap(schema::at)
        .flatMap(
            name -> {
              List<Setting> names = given(name.path());
              return OptionOwner.otherName(setting, text(name.usual()), names)
                  .map(other -> leftOut(setting, name.path(), other, names.getLast()));
            });
  }

  private static LeftOut leftOut(Setting entry, String name, String other, Setting inForce) {
    return new LeftOut(
        entry.path(), entry.origin(), name, other, inForce.value().asText(), inForce.origin());
  }

  /** Returns what was given and does not count, since it belongs to a name that is not in force. */
  List<LeftOut> leftOut() {
    return schema.keys().stream()
        .flatMap(key -> given(key.path()).stream())
        .flatMap(each -> leftOut(each).stream())
        .toList();
  }

  private static String text(@Nullable Object usual) {
    return usual instanceof Optional<?> some
        ? some.map(Object::toString).orElse("")
        : String.valueOf(usual);
  }

  /** Drops what was given for a key so far. */
  void forget(String path) {
    settings.remove(path);
  }

  private List<Setting> given(String path) {
    return settings.getOrDefault(path, List.of());
  }

  /** Everything that counts. */
  List<Setting> all() {
    List<Setting> all = new ArrayList<>();
    schema.keys().forEach(key -> all.addAll(of(key)));
    return all;
  }

  Optional<Origin> origin(String path) {
    return schema
        .at(path)
        .filter(Leaf.class::isInstance)
        .flatMap(slot -> of((Leaf) slot).stream().findFirst())
        .map(Setting::origin);
  }
}
