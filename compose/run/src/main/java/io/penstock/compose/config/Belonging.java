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
record Belonging(Class<?> owner, String name, String entries) {

  private static final List<Belonging> ALL =
      List.of(
          new Belonging(EngineSettings.class, "kind", "options"),
          new Belonging(Extension.class, "name", "options"),
          new Belonging(KafkaSettings.class, "bootstrapServers", "settings"));

  /** The rule for a map, if its entries belong to a name. */
  static Optional<Belonging> of(Leaf map) {
    return ALL.stream()
        .filter(rule -> rule.owner.equals(map.owner()) && rule.entries.equals(map.name()))
        .findFirst();
  }

  /**
   * Whether an entry was written for the name that is in force. That is the name that its own
   * source gives, or else an earlier one. Where none does, the file speaks of the default name, and
   * a variable or an option of whichever name is chosen.
   *
   * @param usual the name where nobody gives one; empty if there is none then
   * @param names what was given for the name, the later ones behind the earlier
   */
  static boolean keeps(Setting entry, String usual, List<Setting> names) {
    if (names.isEmpty()) {
      return true;
    }
    String inForce = names.getLast().value().asText();
    Optional<Setting> beside =
        names.stream()
            .filter(each -> each.origin().rank() <= entry.origin().rank())
            .reduce((_, later) -> later);
    if (beside.isPresent()) {
      return beside.get().value().asText().equals(inForce);
    }
    return !(entry.origin() instanceof Origin.InFile) || usual.isEmpty() || usual.equals(inForce);
  }

  /** The path of the name beside a map. */
  String pathOfName(Leaf map) {
    return map.path().substring(0, map.path().length() - entries.length()) + name;
  }
}
