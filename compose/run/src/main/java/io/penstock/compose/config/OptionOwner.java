package io.penstock.compose.config;

import io.penstock.compose.config.Slot.Leaf;
import io.penstock.compose.node.KafkaSettings;
import io.penstock.schemas.extension.Extension;
import io.penstock.workers.engine.EngineSettings;
import java.util.List;
import java.util.Optional;

/**
 * A map whose entries belong to a name that stands beside it: the options of an engine or a policy,
 * and the settings of a Kafka cluster. When a later source chooses another name, the entries that
 * were written for the earlier one do not count. Another engine would not know them, and another
 * cluster must not see them, since they hold credentials.
 *
 * @param owner the record of both
 * @param name the component that is the name
 * @param entries the component that is the map
 */
record OptionOwner(Class<?> owner, String name, String entries) {

  private static final List<OptionOwner> ALL =
      List.of(
          new OptionOwner(EngineSettings.class, "kind", "options"),
          new OptionOwner(Extension.class, "name", "options"),
          new OptionOwner(KafkaSettings.class, "bootstrapServers", "settings"));

  /** The rule for a map, if its entries belong to a name. */
  static Optional<OptionOwner> of(Leaf map) {
    return ALL.stream()
        .filter(rule -> rule.owner.equals(map.owner()) && rule.entries.equals(map.name()))
        .findFirst();
  }

  /**
   * The name that an entry was written for, if it is not the one in force. An entry belongs to the
   * name that its own source gives, or else to an earlier one. Where none does, the file speaks of
   * the default name; without a default, and for a variable or an option, the entry belongs to the
   * first name that a later source gives.
   *
   * @param usual the name where nobody gives one; empty if there is none then
   * @param names what was given for the name, the later ones behind the earlier
   */
  static Optional<String> otherName(Setting entry, String usual, List<Setting> names) {
    if (names.isEmpty()) {
      return Optional.empty();
    }
    String own = ownName(entry, usual, names);
    return own.equals(names.getLast().value().asText()) ? Optional.empty() : Optional.of(own);
  }

  private static String ownName(Setting entry, String usual, List<Setting> names) {
    Optional<Setting> beside =
        names.stream()
            .filter(each -> each.origin().rank() <= entry.origin().rank())
            .reduce((_, later) -> later);
    if (beside.isPresent()) {
      return beside.get().value().asText();
    }
    boolean ofDefault = entry.origin() instanceof Origin.InFile && !usual.isEmpty();
    return ofDefault ? usual : names.getFirst().value().asText();
  }

  /** The path of the name beside a map. */
  String pathOfName(Leaf map) {
    return map.path().substring(0, map.path().length() - entries.length()) + name;
  }
}
