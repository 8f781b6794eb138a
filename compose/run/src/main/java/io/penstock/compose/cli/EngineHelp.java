package io.penstock.compose.cli;

import io.penstock.workers.engine.EngineFactory;
import io.penstock.workers.engine.EngineOption;
import io.penstock.workers.engine.EngineProvider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * A section of a command's help that lists the options of every engine there is. The engines are
 * looked for when the help is shown, so that other commands do not wait for them.
 */
final class EngineHelp {

  private static final String SECTION = "engines";

  private EngineHelp() {}

  /** Adds the section behind the options of the command. */
  static CommandLine addedTo(CommandLine command) {
    List<String> sections = new ArrayList<>(command.getHelpSectionKeys());
    sections.add(sections.indexOf(UsageMessageSpec.SECTION_KEY_OPTION_LIST) + 1, SECTION);
    command.setHelpSectionKeys(sections);
    command.getHelpSectionMap().put(SECTION, EngineHelp::text);
    return command;
  }

  private static String text(Help help) {
    try {
      StringBuilder text = new StringBuilder();
      EngineFactory.providers().forEach(provider -> text.append(text(help, provider)));
      return text.toString();
    } catch (IllegalArgumentException e) {
      return "%n%s%n".formatted(e.getMessage());
    }
  }

  private static String text(Help help, EngineProvider provider) {
    Map<String, String> options = new LinkedHashMap<>();
    for (EngineOption option : provider.options()) {
      options.put("  " + option.name(), option.description());
    }
    return options.isEmpty()
        ? "%nEngine %s has no options.%n".formatted(provider.name())
        : "%nOptions of engine %s, given as --engine-option KEY=VALUE:%n%s"
            .formatted(provider.name(), help.createTextTable(options));
  }
}
