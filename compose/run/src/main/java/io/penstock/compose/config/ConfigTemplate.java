package io.penstock.compose.config;

import io.penstock.compose.config.Slot.Leaf;
import io.penstock.compose.config.Slot.Section;
import io.penstock.compose.config.Slot.Table;
import io.penstock.compose.node.NodeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A file with all keys at their defaults, commented out. A line {@code #key: value} is a key;
 * remove its {@code #} to set it. A line {@code # text} explains.
 */
public final class ConfigTemplate {

  private static final int WIDTH = 100;
  private static final Pattern SPACE = Pattern.compile(" ");
  private static final String HEAD =
      """
      # The configuration of Penstock. Every key is commented out at its default: remove the # in front
      # of a key and change its value. 'penstock config check' says whether all is well, 'penstock config
      # show' what is in force and where it came from.
      #
      # What wins over what is written here: environment variables (dispatch.shard.leaseTimeout is
      # PENSTOCK_DISPATCH_SHARD_LEASE_TIMEOUT), then --set dispatch.shard.leaseTimeout=4s, then other
      # options of the command line.
      #
      # Durations have a unit: 250ms, 30s, 5m, 2h, 7d. Sizes may have one: 8 MiB, 512 KiB. The relative
      # paths of data and models begin at this file's folder. Paths in engine.options, kafka.settings and the
      # options of policies begin where the process is started: make them absolute.

      """;

  private final StringBuilder text = new StringBuilder(HEAD);

  private ConfigTemplate() {}

  /** The file's text for these defaults. */
  public static String of(NodeConfig defaults) {
    ConfigTemplate template = new ConfigTemplate();
    template.parts(Schema.of(defaults).root(), 0);
    return template.text.toString();
  }

  private void write(Slot slot, int depth) {
    switch (slot) {
      case Leaf key -> {
        explain(Explanations.of(key), depth);
        String value = Values.text(key, key.usual());
        line("#" + name(key) + ":" + (value.isEmpty() ? "" : " " + value), depth);
      }
      case Section section -> section(section, depth);
      case Table table -> {
        line("", 0);
        line(name(table) + ":", depth);
        table.parts().values().forEach(part -> section(part, depth + 1));
      }
      case Slot.Followed _, Slot.Fixed _ -> {}
    }
  }

  private void section(Section section, int depth) {
    line("", 0);
    explain(Explanations.of(section), depth);
    line(name(section) + ":", depth);
    parts(section, depth + 1);
  }

  /** Keys come before sections, or they would seem to be keys of those. */
  private void parts(Section section, int depth) {
    section.parts().stream().filter(Leaf.class::isInstance).forEach(part -> write(part, depth));
    section.parts().stream()
        .filter(part -> !(part instanceof Leaf))
        .forEach(part -> write(part, depth));
  }

  private static String name(Slot slot) {
    return slot.path().substring(slot.path().lastIndexOf('.') + 1);
  }

  private void explain(String explanation, int depth) {
    if (explanation.isEmpty()) {
      return;
    }
    String capital = Character.toUpperCase(explanation.charAt(0)) + explanation.substring(1);
    for (String line : wrapped(capital, WIDTH - 2 * depth - 2)) {
      line("# " + line, depth);
    }
  }

  private static List<String> wrapped(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : SPACE.splitAsStream(text).toList()) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private void line(String line, int depth) {
    text.append("  ".repeat(line.isEmpty() ? 0 : depth)).append(line).append('\n');
  }
}
